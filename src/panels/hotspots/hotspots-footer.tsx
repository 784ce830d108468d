import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Dropdown, LinkButton, Menu, useStyles2 } from '@grafana/ui';
import React from 'react';
import { type HotspotsCustom } from '../../api/frames';
import { type ProfileLink } from './profile-links';
import { averageText, inferredText, precisionText } from './span-words';

const lineHeightPx = 34;
const inferredHeightPx = 20;

/** A line more where something was tied to the span by thread and time. */
export function footerHeight(custom: HotspotsCustom): number {
  return lineHeightPx + (inferredText(custom) === '' ? 0 : inferredHeightPx);
}

/** The way to the whole profile, and how exact the numbers are. */
export function HotspotsFooter({ custom, links }: { custom: HotspotsCustom; links: readonly ProfileLink[] }) {
  const styles = useStyles2(getStyles);
  const texts = [precisionText(custom), averageText(custom)].filter(Boolean);
  const inferred = inferredText(custom);
  return (
    <>
      {inferred !== '' && (
        <div className={styles.inferred} title={inferred}>
          {inferred}
        </div>
      )}
      <div className={styles.footer}>
        <ProfileDetails links={links} />
        <span className={styles.text} title={texts.join('\n')}>
          {texts.join(' · ')}
        </span>
      </div>
    </>
  );
}

/** One upload is a link, several are a choice. */
export function ProfileDetails({ links }: { links: readonly ProfileLink[] }) {
  const [first] = links;
  if (first === undefined) {
    return null;
  }
  if (links.length === 1) {
    return (
      <LinkButton size="sm" variant="secondary" href={first.href} title={first.text}>
        View profiling details
      </LinkButton>
    );
  }
  const menu = (
    <Menu>
      {links.map(({ href, text }) => (
        <Menu.Item key={href} label={text} url={href} />
      ))}
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="top-start">
      <Button size="sm" variant="secondary">
        View profiling details ({links.length} uploads) ▾
      </Button>
    </Dropdown>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  footer: css({
    display: 'flex',
    alignItems: 'flex-end',
    gap: theme.spacing(1),
    height: lineHeightPx,
    overflow: 'hidden',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  inferred: css({
    height: inferredHeightPx,
    lineHeight: `${inferredHeightPx}px`,
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  }),
  text: css({
    color: theme.colors.text.secondary,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    lineHeight: '24px',
  }),
});
