import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Dropdown, IconButton, Menu, useStyles2 } from '@grafana/ui';
import React from 'react';
import { type HotspotsCustom } from '../../api/frames';
import { type SpanScope } from '../../api/query';
import { formatDuration, formatValue } from '../../model/units';
import { PanelToolbar } from '../../ui/panel-toolbar';
import { offeredScopes, scopeNames, spanTitle } from './span-words';

export type TreeOrder = 'time' | 'value' | 'callers';

const orderNames: ReadonlyArray<readonly [TreeOrder, string, string]> = [
  ['time', 'Call order', 'Methods in the order in which they first ran'],
  ['value', 'Largest first', 'Callees of each method, largest first'],
  ['callers', 'Callers', 'Methods by what they spent in themselves, with the ones that called them'],
];

interface HeaderProps {
  custom: HotspotsCustom;
  narrow: boolean;
  offerChildren: boolean;
  order: TreeOrder;
  onOrder: (order: TreeOrder) => void;
  onType: (profileType: string) => void;
  onScope: (scope: SpanScope) => void;
}

/** Which span this is, and the switches. */
export function HotspotsHeader({ custom, narrow, offerChildren, order, onOrder, onType, onScope }: HeaderProps) {
  const styles = useStyles2(getStyles);
  const { spanDurationNs, profileType, profileTypeName, types, spanScope } = custom;
  const scopes = offeredScopes(custom, offerChildren);
  const title = spanTitle(custom);
  return (
    <PanelToolbar>
      <span className={styles.title} title={title}>
        {title}
      </span>
      {spanDurationNs !== undefined && <span className={styles.duration}>{formatDuration(spanDurationNs)}</span>}
      <span className={styles.gap} />
      <Switch label="Profile type" now={profileTypeName} narrow={narrow} icon="fire">
        {types.map(({ id, name, total, unit }) => (
          <Menu.Item
            key={id}
            label={name}
            description={formatValue(total, unit)}
            active={id === profileType}
            onClick={() => onType(id)}
          />
        ))}
      </Switch>
      {scopes.length > 0 && (
        <Switch label="Scope" now={scopeNames[spanScope][0]} narrow={narrow} icon="sitemap">
          {scopes.map((scope) => (
            <Menu.Item
              key={scope}
              label={scopeNames[scope][0]}
              description={scopeNames[scope][1]}
              active={scope === spanScope}
              onClick={() => onScope(scope)}
            />
          ))}
        </Switch>
      )}
      <Switch
        label="Order"
        now={orderNames.find(([id]) => id === order)?.[1] ?? ''}
        narrow={narrow}
        icon="sort-amount-down"
      >
        {orderNames
          .filter(([id]) => id !== 'time' || custom.order === 'time')
          .map(([id, name, description]) => (
            <Menu.Item
              key={id}
              label={name}
              description={description}
              active={id === order}
              onClick={() => onOrder(id)}
            />
          ))}
      </Switch>
    </PanelToolbar>
  );
}

interface SwitchProps {
  label: string;
  now: string;
  narrow: boolean;
  icon: 'fire' | 'sitemap' | 'sort-amount-down';
  children: React.ReactNode;
}

function Switch({ label, now, narrow, icon, children }: SwitchProps) {
  return (
    <Dropdown overlay={<Menu>{children}</Menu>} placement="bottom-end">
      {narrow ? (
        <IconButton name={icon} aria-label={`${label}: ${now}`} />
      ) : (
        <Button size="sm" variant="secondary" fill="text" aria-label={`${label}: ${now}`}>
          {now} ▾
        </Button>
      )}
    </Dropdown>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  title: css({
    fontWeight: theme.typography.fontWeightMedium,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    minWidth: 40,
  }),
  duration: css({ fontVariantNumeric: 'tabular-nums', color: theme.colors.text.secondary }),
  gap: css({ flex: 1 }),
});
