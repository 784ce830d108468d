import { type DataFrame, LoadingState, type PanelProps, locationUtil } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { IconButton, LinkButton } from '@grafana/ui';
import React, { type KeyboardEvent, type MouseEvent, useMemo, useState } from 'react';
import { appRoot, profilesFields } from '../../api/frames';
import { copyText } from '../../ui/panel-copy';
import { fieldByName, textAt } from '../../ui/panel-fields';
import { FrameOrReason } from '../../ui/panel-state';
import { TableGrid } from '../../ui/table-grid';
import { type TableSort, nextSort, sortRows } from '../../ui/table-sort';
import { type ProfilesOptions } from './options';
import { isNumeric, profileColumns } from './profile-columns';

const neededFields = [profilesFields.time, profilesFields.id];

export function ProfilesPanel(props: PanelProps<ProfilesOptions>) {
  return (
    <FrameOrReason panel={props} needed={neededFields} what="profiles" queryType="profiles">
      {(frame) => <ProfileList {...props} frame={frame} />}
    </FrameOrReason>
  );
}

function ProfileList({ frame, data, height, timeZone, options }: PanelProps<ProfilesOptions> & { frame: DataFrame }) {
  const [sort, setSort] = useState<TableSort>({ id: profilesFields.time, descending: true });
  const hidden = useMemo(() => new Set(options.hiddenColumns.split(',').map((name) => name.trim())), [options]);
  const columns = useMemo(() => profileColumns(frame, hidden, timeZone), [frame, hidden, timeZone]);
  const rows = useMemo(() => {
    const field = fieldByName(frame, sort.id) ?? frame.fields[0];
    const numeric = isNumeric(field) || sort.id === profilesFields.time;
    const all = Array.from({ length: frame.length }, (_, row) => row);
    return sortRows(all, field, numeric, sort.descending);
  }, [frame, sort]);
  const idOf = (row: number) => textAt(fieldByName(frame, profilesFields.id), row);
  return (
    <div style={{ opacity: data.state === LoadingState.Loading ? 0.6 : 1, transition: 'opacity 100ms 300ms' }}>
      <TableGrid
        label="Profiles"
        columns={columns}
        rows={rows}
        height={height}
        sort={sort}
        onSort={(column) =>
          setSort(nextSort(sort, column.id, column.numeric === true || column.id === profilesFields.time))
        }
        onPick={(row, event) => openProfile(frame, row, event)}
        onKey={(row, event) => copyKey(row, event, idOf)}
        actions={(row) => <RowActions frame={frame} row={row} id={idOf(row)} />}
        empty="No profiles."
      />
    </div>
  );
}

function copyKey(row: number | undefined, event: KeyboardEvent, idOf: (row: number) => string): boolean {
  const used = event.key === 'c' && (event.ctrlKey || event.metaKey) && row !== undefined;
  if (used) {
    void copyText(idOf(row), 'Profile id');
  }
  return used;
}

interface RowLink {
  href: string;
  target?: '_blank' | '_self' | '_parent' | '_top';
  onClick?: (event: MouseEvent | KeyboardEvent) => void;
}

/** Where a row leads: the first data link that somebody configured, else the profile's page in the app. */
function linkOf(frame: DataFrame, row: number): RowLink {
  const linked = frame.fields.find((field) => (field.config.links?.length ?? 0) > 0);
  const link = linked?.getLinks?.({ valueRowIndex: row })[0];
  if (link) {
    return { href: link.href, target: link.target, onClick: link.onClick };
  }
  const id = textAt(fieldByName(frame, profilesFields.id), row);
  return { href: locationUtil.assureBaseUrl(`${appRoot}/profile/${encodeURIComponent(id)}`) };
}

function openProfile(frame: DataFrame, row: number, event: MouseEvent | KeyboardEvent) {
  const { href, target, onClick } = linkOf(frame, row);
  if (onClick) {
    onClick(event);
  } else if (event.ctrlKey || event.metaKey || target === '_blank' || /^[a-z]+:/i.test(href)) {
    window.open(href, target ?? '_blank', 'noopener');
  } else {
    locationService.push(locationUtil.stripBaseFromUrl(href));
  }
}

function RowActions({ frame, row, id }: { frame: DataFrame; row: number; id: string }) {
  const { href } = linkOf(frame, row);
  return (
    <>
      <IconButton
        name="copy"
        size="sm"
        tooltip="Copy the profile's id"
        onClick={() => void copyText(id, 'Profile id')}
      />
      <LinkButton
        size="sm"
        fill="text"
        icon="external-link-alt"
        href={href}
        target="_blank"
        tooltip="Open in a new tab"
      />
    </>
  );
}
