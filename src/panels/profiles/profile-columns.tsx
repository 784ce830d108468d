import { css } from '@emotion/css';
import {
  type Field,
  FieldType,
  type GrafanaTheme2,
  dateTimeFormat,
  getFieldDisplayName,
  type DataFrame,
} from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import React from 'react';
import { profilesFields } from '../../api/frames';
import { displayName } from '../../model/display-name';
import { fieldByName, fieldFormatter, numberAt, textAt } from '../../ui/panel-fields';
import { type TableColumn } from '../../ui/table-grid';

/** Field that tells why a profile can't be read, where the frame has one. */
const reasonField = 'reason';

const tracks: Record<string, string> = {
  [profilesFields.time]: '160px',
  [profilesFields.duration]: '80px',
  [profilesFields.size]: '90px',
  [profilesFields.samples]: '80px',
  [profilesFields.status]: 'minmax(60px, 0.8fr)',
};

const titles: Record<string, string> = {
  [profilesFields.time]: 'Time',
  [profilesFields.id]: 'Id',
  [profilesFields.service]: 'Service',
  [profilesFields.env]: 'Env',
  [profilesFields.version]: 'Version',
  [profilesFields.host]: 'Host',
  [profilesFields.language]: 'Language',
  [profilesFields.runtime]: 'Runtime',
  [profilesFields.duration]: 'Duration',
  [profilesFields.size]: 'Size',
  [profilesFields.samples]: 'Samples',
  [profilesFields.status]: 'Status',
};

export const isNumeric = (field: Field) => field.type === FieldType.number;

/** A column per field of the frame, in its order. */
export function profileColumns(frame: DataFrame, hidden: ReadonlySet<string>, timeZone: string): TableColumn[] {
  const shown = frame.fields.filter(({ name }) => !hidden.has(name) && name !== reasonField);
  return shown.map((field) => ({
    id: field.name,
    title: field.config.displayName ?? titles[field.name] ?? getFieldDisplayName(field, frame),
    track: tracks[field.name] ?? (isNumeric(field) ? '90px' : 'minmax(60px, 1fr)'),
    numeric: isNumeric(field),
    sortable: true,
    render: cellOf(frame, field, timeZone),
  }));
}

function cellOf(frame: DataFrame, field: Field, timeZone: string): (row: number) => React.ReactNode {
  if (field.type === FieldType.time) {
    return (row) => dateTimeFormat(numberAt(field, row), { timeZone });
  }
  if (isNumeric(field)) {
    const format = fieldFormatter(field);
    return (row) => format(numberAt(field, row));
  }
  if (field.name === profilesFields.status) {
    const reason = fieldByName(frame, reasonField);
    return function statusCell(row) {
      return <Status status={textAt(field, row)} reason={textAt(reason, row)} />;
    };
  }
  return function textCell(row) {
    return <Text text={textAt(field, row)} />;
  };
}

function Text({ text }: { text: string }) {
  return text === '' ? <>–</> : <bdi title={displayName(text)}>{displayName(text)}</bdi>;
}

/** `ok` is no news; what can't be read says why, in `reason` or after a colon. */
function Status({ status, reason }: { status: string; reason: string }) {
  const styles = useStyles2(getStyles);
  if (status === '' || status === 'ok') {
    return <>{status || '–'}</>;
  }
  const [kind, ...rest] = status.split(':');
  const why = displayName(reason || rest.join(':').trim() || 'The upload could not be read.');
  return (
    <span className={styles.unreadable} title={why}>
      <Icon name="exclamation-triangle" size="sm" /> {displayName(kind)}: {why}
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({ unreadable: css({ color: theme.colors.error.text }) });
