import React, { useState } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Dropdown, IconButton, Input, Menu, Stack, useStyles2 } from '@grafana/ui';
import { type ProfileDetail } from '../../api/resources';
import { displayName } from '../../model/display-name';
import { filterTerm } from '../../ui/filter-text';
import { copyText } from '../../ui/panel-copy';
import { readState, writeState } from '../explorer/url-state';
import { changeSearch, currentSearch, openPage } from '../location';
import { explorePath } from '../routes';
import { type Tag, type TagAction, afterAction, findTags, listAround, tagsOf } from './tag-actions';

interface Props {
  detail: ProfileDetail;
  ds: string;
  /** Beside the list: actions change its view. On the profile's own page they open the list. */
  inList?: boolean;
}

/** The profile's labels; each can narrow, widen or group the list. */
export function TagList({ detail, ds, inList = false }: Props) {
  const styles = useStyles2(getStyles);
  const [search, setSearch] = useState('');
  const tags = tagsOf(detail);
  const found = findTags(tags, search);
  const act = (tag: Tag, action: TagAction) => {
    const state = inList ? readState(currentSearch()) : listAround(detail);
    const next = writeState(afterAction(state, tag, action));
    if (inList) {
      changeSearch(next);
    } else {
      openPage(explorePath({ ds, ...withoutNulls(next) }));
    }
  };
  return (
    <div className={styles.box}>
      <Input
        aria-label="Search tags"
        placeholder="Search: name or value"
        width={40}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <table className={styles.table} aria-label="Tags">
        <tbody>
          {found.map((tag) => (
            <tr key={tag.key}>
              <th scope="row">{displayName(tag.key)}</th>
              <td>
                <bdi>{tag.value === '' ? '–' : displayName(tag.value)}</bdi>
              </td>
              <td className={styles.actions}>
                <TagActions tag={tag} onAct={(action) => act(tag, action)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length === 0 && (
        <p role="status">{tags.length === 0 ? 'This profile has no tags.' : `No tag holds “${search}”.`}</p>
      )}
    </div>
  );
}

function withoutNulls(search: Record<string, string | string[] | null>): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(search).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

const menu: Array<{ action: TagAction; label: string }> = [
  { action: 'column', label: 'Add as column' },
  { action: 'group', label: 'Group the chart by it' },
];

function TagActions({ tag, onAct }: { tag: Tag; onAct: (action: TagAction) => void }) {
  const { key, value } = tag;
  const more = (
    <Menu>
      {menu.map(({ action, label }) => (
        <Menu.Item key={action} label={label} onClick={() => onAct(action)} />
      ))}
      <Menu.Divider />
      <Menu.Item label="Copy the value" onClick={() => void copyText(value, 'Value')} />
      <Menu.Item label="Copy as search" onClick={() => void copyText(filterTerm(key, [value]), 'Search')} />
    </Menu>
  );
  return (
    <Stack justifyContent="flex-end" alignItems="center" gap={0.5}>
      <IconButton name="search-plus" tooltip={`Only ${key} ${value}`} onClick={() => onAct('filter')} />
      <IconButton name="search-minus" tooltip={`Exclude ${key} ${value}`} onClick={() => onAct('exclude')} />
      <Dropdown overlay={more} placement="bottom-end">
        <Button size="sm" fill="text" variant="secondary" icon="ellipsis-v" aria-label={`More for ${key}`} />
      </Dropdown>
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  table: css({
    width: '100%',
    tableLayout: 'fixed',
    '& th, & td': {
      padding: theme.spacing(0.25, 1),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      overflowWrap: 'anywhere',
      verticalAlign: 'middle',
    },
    '& th': { width: '32%', fontWeight: 'normal', color: theme.colors.text.secondary },
  }),
  actions: css({ width: 110 }),
});
