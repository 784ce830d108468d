import { Button, Dropdown, IconButton, Menu } from '@grafana/ui';
import React from 'react';
import { copyText } from './panel-copy';
import { tableText } from './table-copy';

interface TableCopyButtonProps {
  narrow: boolean;
  /** The rows as shown, made when they are copied. */
  table: () => { header: string[]; rows: unknown[][] };
}

/** Copies the table as shown, as CSV or TSV. */
export function TableCopyButton({ narrow, table }: TableCopyButtonProps) {
  const copy = (format: 'csv' | 'tsv') => {
    const { header, rows } = table();
    void copyText(tableText(format, header, rows), `${rows.length} rows`);
  };
  const menu = (
    <Menu>
      <Menu.Item label="Copy as CSV" onClick={() => copy('csv')} />
      <Menu.Item label="Copy as TSV" onClick={() => copy('tsv')} />
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-end">
      {narrow ? (
        <IconButton name="copy" aria-label="Copy the table" />
      ) : (
        <Button size="sm" variant="secondary" fill="text" icon="copy">
          Copy
        </Button>
      )}
    </Dropdown>
  );
}
