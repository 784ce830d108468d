import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useRef, useState } from 'react';
import { maskOf } from '../../model/flame-search';
import { type NodeIndex, levelOf } from '../../model/flame-tree';
import { formatCount, formatPart } from '../../model/units';
import { type Selection } from '../../ui/panel-selection';
import { useOverride } from '../../ui/panel-override';
import { panelToolbarHeightPx } from '../../ui/panel-toolbar';
import { FlameBreadcrumb, breadcrumbPx } from './flame-breadcrumb';
import { FlameCanvas } from './flame-canvas';
import { bucketsBy, diffBuckets, diffPalette, packagePalette } from './flame-colours';
import { type FlameData, frameDetails } from './flame-data';
import { FlameKeys } from './flame-keys';
import { FlameMenu, type MenuPlace } from './flame-menu';
import { rowPx } from './flame-painter';
import { FlameToolbar } from './flame-toolbar';
import { HoverLayer } from './flame-tooltip';
import { createHoverStore } from './hover-store';
import { type ColourBy } from './options';
import { useFlameControls } from './use-flame-controls';
import { type FlameFocus, useFlameFocus, useFlameSearch } from './use-flame-view';

interface FlameGraphProps {
  data: FlameData;
  width: number;
  height: number;
  colourBy: ColourBy;
  showToolbar: boolean;
  selection: Selection;
  /** New data is on its way; the old stays, dimmed. */
  waiting: boolean;
}

const narrowPx = 480;
const lowPx = 200;
const scrollbarPx = 10;

export function FlameGraph(props: FlameGraphProps) {
  const { data, width, height, selection } = props;
  const styles = useStyles2(getStyles);
  const [colourBy, setColourBy] = useOverride(props.colourBy);
  const [menu, setMenu] = useState<MenuPlace>();
  const [help, setHelp] = useState(false);
  const scrollRef = useRef<HTMLDivElement>(null);
  const searchRef = useRef<HTMLInputElement>(null);
  const [hover] = useState(createHoverStore);
  const narrow = width < narrowPx;
  const withToolbar = props.showToolbar && height >= lowPx;
  const viewPx = Math.max(rowPx, height - breadcrumbPx - (withToolbar ? panelToolbarHeightPx : 0));
  const focus = useFlameFocus(data, Math.max(1, width - scrollbarPx));
  const search = useFlameSearch(data);
  const scene = useScene(data, focus, search.matches, colourBy, selection);
  useStartAtTop(focus.node, scrollRef);
  useEffect(() => hover.clear(), [hover, scene.layout]);
  const toGraph = () => scrollRef.current?.focus({ preventScroll: true });
  const openHelp = () => setHelp(true);
  const parts = { data, focus, search, selection, scrollRef, searchRef, setMenu, openHelp, hover };
  const { active, step, onClick, onMenu, onKeyDown } = useFlameControls(parts);
  return (
    <div className={cx(styles.panel, props.waiting && styles.waiting)}>
      {withToolbar && (
        <FlameToolbar
          {...{ data, search, searchRef, selection, narrow, colourBy }}
          onColourBy={setColourBy}
          onStep={step}
          onLeaveSearch={toGraph}
          onHelp={openHelp}
        />
      )}
      <FlameBreadcrumb data={data} focus={focus} narrow={narrow} />
      <FlameView {...{ data, focus, active, scrollRef, onKeyDown }} heightPx={viewPx} matches={search.matches}>
        <FlameCanvas {...{ scene, scrollRef, hover, active, onClick, onMenu }} heightPx={viewPx}>
          <HoverLayer data={data} layout={focus.layout} hover={hover} />
        </FlameCanvas>
      </FlameView>
      {menu && (
        <FlameMenu
          {...menu}
          {...{ data, focus, selection }}
          onSearch={search.setText}
          onClose={() => {
            setMenu(undefined);
            toGraph();
          }}
        />
      )}
      {help && <FlameKeys onDismiss={() => setHelp(false)} />}
    </div>
  );
}

type Matches = ReturnType<typeof useFlameSearch>['matches'];

function useScene(data: FlameData, focus: FlameFocus, matches: Matches, colourBy: ColourBy, selection: Selection) {
  const theme = useTheme2();
  const colours = useMemo(() => {
    if (data.isDiff) {
      return { palette: diffPalette(theme), ...diffBuckets(data) };
    }
    const palette = packagePalette(theme);
    return { palette, bucketOf: bucketsBy(data, colourBy, palette.fill.length), changeOf: undefined };
  }, [theme, data, colourBy]);
  const selected = useMemo(
    () => (selection.names.size > 0 ? maskOf(data.tree.columns.labels, selection.names) : undefined),
    [data, selection.names]
  );
  const font = `12px ${theme.typography.fontFamilyMonospace}`;
  const { layout } = focus;
  return useMemo(
    () => ({ data, layout, ...colours, matches, selected, font }),
    [data, layout, colours, matches, selected, font]
  );
}

/** A new focus starts at its top; new data of the same focus keeps its place. */
function useStartAtTop(node: NodeIndex, scrollRef: RefObject<HTMLDivElement>) {
  useEffect(() => {
    scrollRef.current?.scrollTo?.({ top: 0 });
  }, [node, scrollRef]);
}

function matchText(data: FlameData, matches: Matches): string {
  return matches
    ? `${formatCount(matches.methods)} methods match, ${formatPart(matches.total, data.tree.width[0])} of the total`
    : '';
}

interface FlameViewProps {
  data: FlameData;
  focus: FlameFocus;
  active: NodeIndex;
  heightPx: number;
  scrollRef: RefObject<HTMLDivElement>;
  onKeyDown: (event: KeyboardEvent) => void;
  matches: Matches;
  children: React.ReactNode;
}

/** The one element that takes the focus; for screen readers a tree whose current item is the keyboard's frame. */
function FlameView({ data, focus, active, heightPx, scrollRef, onKeyDown, matches, children }: FlameViewProps) {
  const styles = useStyles2(getStyles);
  const id = useId();
  const node = active < data.tree.length ? active : focus.node;
  const said = sayFrame(data, node);
  return (
    <>
      <div
        ref={scrollRef}
        className={styles.view}
        style={{ height: heightPx }}
        data-flame-view
        data-testid="flame-graph"
        tabIndex={0}
        role="tree"
        aria-label={`Flame graph, ${formatCount(data.tree.length)} frames. Arrow keys move, ? lists the keys.`}
        aria-activedescendant={`${id}-item`}
        onKeyDown={onKeyDown}
      >
        <div
          id={`${id}-item`}
          className={styles.unseen}
          role="treeitem"
          aria-level={levelOf(data.tree, node) + 1}
          aria-selected={false}
          aria-label={said}
        />
        {children}
      </div>
      <div className={styles.unseen} aria-live="polite">
        {matchText(data, matches)}
        {focus.node > 0 && ` Zoomed to ${sayFrame(data, focus.node)}`}
      </div>
    </>
  );
}

function sayFrame(data: FlameData, node: NodeIndex): string {
  const { name, value, self } = frameDetails(data, node);
  const share = formatPart(value, data.tree.columns.value[0]);
  return `${name.slice(0, 200)}, total ${data.format(value)}, ${share} of all, self ${data.format(self)}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  panel: css({ position: 'relative', height: '100%', opacity: 1 }),
  waiting: css({ opacity: 0.6, transition: 'opacity 100ms 300ms' }),
  view: css({
    position: 'relative',
    overflowX: 'hidden',
    overflowY: 'auto',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: 0 },
    '&:focus:not(:focus-visible)': { outline: 'none' },
  }),
  unseen: css({
    position: 'absolute',
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
});
