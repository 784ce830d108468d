import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { type KeyboardEvent, type MouseEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { entryOfNode } from '../../model/flame-layout';
import { maskOf } from '../../model/flame-search';
import { type NodeIndex, labelOf, levelOf, parentOf } from '../../model/flame-tree';
import { formatCount, formatPart } from '../../model/units';
import { type Selection } from '../../ui/panel-selection';
import { panelToolbarHeightPx } from '../../ui/panel-toolbar';
import { FlameBreadcrumb, breadcrumbPx } from './flame-breadcrumb';
import { FlameCanvas } from './flame-canvas';
import { bucketsBy, diffBuckets, diffPalette, packagePalette } from './flame-colours';
import { type FlameData, frameDetails, isMethod } from './flame-data';
import { FlameKeys, moveByKey, runKey } from './flame-keys';
import { FlameMenu, type MenuPlace } from './flame-menu';
import { rowPx } from './flame-painter';
import { FlameToolbar } from './flame-toolbar';
import { HoverLayer } from './flame-tooltip';
import { createHoverStore } from './hover-store';
import { type ColourBy } from './options';
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
  const [colourBy, setColourBy] = useState(props.colourBy);
  useEffect(() => setColourBy(props.colourBy), [props.colourBy]);
  const [menu, setMenu] = useState<MenuPlace>();
  const [help, setHelp] = useState(false);
  const [active, setActive] = useState<NodeIndex>(0);
  const scrollRef = useRef<HTMLDivElement>(null);
  const searchRef = useRef<HTMLInputElement>(null);
  const hover = useMemo(createHoverStore, []);
  const withToolbar = props.showToolbar && height >= lowPx;
  const viewPx = Math.max(rowPx, height - breadcrumbPx - (withToolbar ? panelToolbarHeightPx : 0));
  const focus = useFlameFocus(data, Math.max(1, width - scrollbarPx));
  const search = useFlameSearch(data);
  const scene = useScene(data, focus, search.matches, colourBy, selection);
  useEffect(() => hover.clear(), [hover, scene.layout]);
  useActiveFollowsFocus(data, focus, setActive, scrollRef);

  const toGraph = () => scrollRef.current?.focus({ preventScroll: true });
  const step = (by: 1 | -1) => {
    const node = search.step(by);
    if (node >= 0) {
      const small = entryOfNode(data.tree, focus.layout, node);
      const inView = small >= 0 && focus.layout.count[small] === 0 && focus.layout.w[small] >= 20;
      if (!inView) {
        focus.zoom(node);
      }
      setActive(node);
    }
  };
  const select = (node: NodeIndex) => {
    if (isMethod(data, node)) {
      selection.toggle(labelOf(data.tree, node));
    }
  };
  const onClick = (entry: number, event: MouseEvent) => {
    if (entry < 0) {
      return;
    }
    const { node, count } = focus.layout;
    const target = count[entry] > 0 ? parentOf(data.tree, node[entry]) : node[entry];
    setActive(target);
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      select(target);
    } else {
      focus.zoom(target);
    }
  };
  const onMenu = (entry: number, event: MouseEvent) => {
    if (entry >= 0 && focus.layout.count[entry] === 0) {
      event.preventDefault();
      hover.clear();
      setMenu({ node: focus.layout.node[entry], x: event.clientX, y: event.clientY });
    }
  };
  const openMenuAtActive = () => {
    const box = scrollRef.current?.getBoundingClientRect();
    const entry = entryOfNode(data.tree, focus.layout, active);
    const row = levelOf(data.tree, active) - levelOf(data.tree, focus.node);
    const x = (box?.left ?? 0) + (entry >= 0 ? focus.layout.x[entry] : 0);
    setMenu({ node: active, x, y: (box?.top ?? 0) + (row + 1) * rowPx - (scrollRef.current?.scrollTop ?? 0) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = event.ctrlKey || event.altKey ? undefined : moveByKey(data.tree, focus.node, active, event.key);
    const used =
      to !== undefined ||
      runKey(event, {
        move: setActive,
        zoom: () => focus.zoom(active),
        back: focus.back,
        reset: focus.reset,
        select: () => select(active),
        menu: openMenuAtActive,
        search: () => searchRef.current?.focus(),
        step,
        help: () => setHelp(true),
      });
    if (to !== undefined) {
      setActive(to);
    }
    if (used) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div className={cx(styles.panel, props.waiting && styles.waiting)}>
      {withToolbar && (
        <FlameToolbar
          data={data}
          search={search}
          searchRef={searchRef}
          selection={selection}
          narrow={width < narrowPx}
          colourBy={colourBy}
          onColourBy={setColourBy}
          onStep={step}
          onLeaveSearch={toGraph}
          onHelp={() => setHelp(true)}
        />
      )}
      <FlameBreadcrumb data={data} focus={focus} narrow={width < narrowPx} />
      <FlameView
        data={data}
        focus={focus}
        active={active}
        heightPx={viewPx}
        scrollRef={scrollRef}
        onKeyDown={onKeyDown}
        matchText={matchText(data, search.matches)}
      >
        <FlameCanvas
          scene={scene}
          heightPx={viewPx}
          scrollRef={scrollRef}
          hover={hover}
          active={active}
          onClick={onClick}
          onMenu={onMenu}
        >
          <HoverLayer data={data} layout={focus.layout} hover={hover} />
        </FlameCanvas>
      </FlameView>
      {menu && (
        <FlameMenu
          {...menu}
          data={data}
          focus={focus}
          selection={selection}
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

/** A new focus takes the keyboard along and starts at the top. */
function useActiveFollowsFocus(
  { tree }: FlameData,
  { node }: FlameFocus,
  setActive: (node: NodeIndex) => void,
  scrollRef: React.RefObject<HTMLDivElement>
) {
  useEffect(() => {
    setActive(node);
    if (scrollRef.current) {
      scrollRef.current.scrollTop = 0;
    }
    // `tree` is left out on purpose: new data of the same view keeps its place.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [node]);
  useEffect(() => {
    setActive(node);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tree]);
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
  scrollRef: React.RefObject<HTMLDivElement>;
  onKeyDown: (event: KeyboardEvent) => void;
  matchText: string;
  children: React.ReactNode;
}

/** The one element that takes the focus; for screen readers a tree whose current item is the keyboard's frame. */
function FlameView({ data, focus, active, heightPx, scrollRef, onKeyDown, matchText, children }: FlameViewProps) {
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
        {matchText}
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
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
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
