import React, {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  memo,
  useEffect,
  useId,
  useMemo,
  useState,
} from 'react';
import { maskOf } from '../../model/flame-search';
import { type NodeIndex, levelOf } from '../../model/flame-tree';
import { formatCount, formatCounted, formatPart } from '../../model/units';
import { FlameCanvas } from './flame-canvas';
import { type FlameColours } from './flame-colours';
import { type FlameData, shownName } from './flame-data';
import { HoverLayer } from './flame-hover';
import { FlameMinimap, minimapPx } from './flame-minimap';
import { rowPlace, rowPx } from './flame-rows-px';
import { type FlameScene } from './flame-scene';
import { flamePart } from './flame-styles';
import { createHoverStore } from './hover-store';
import { createScrollStore } from './scroll-store';
import { type FlameGoal, type StageActions, useFlameControls } from './use-flame-controls';
import { type FlameControl } from './use-flame-state';
import { type FlameFocus, useMatches } from './use-flame-view';

interface FlameStageProps {
  data: FlameData;
  focus: FlameFocus;
  colours: FlameColours;
  control: FlameControl;
  selected: ReadonlySet<string>;
  font: string;
  flip: boolean;
  widthPx: number;
  heightPx: number;
  /** What the drawing shows, for screen readers. */
  name: string;
  actions: StageActions;
  goal?: FlameGoal;
  scrollRef: RefObject<HTMLDivElement>;
  testId: string;
}

const scrollbarPx = 10;
const minimapFromPx = 560;

const view: CSSProperties = {
  position: 'relative',
  flex: '1 1 auto',
  minWidth: 0,
  overflowX: 'hidden',
  overflowY: 'auto',
};
const unseen: CSSProperties = {
  position: 'absolute',
  width: 1,
  height: 1,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
};

/** Width that frames have in a panel that wide: what the scroll bar or the minimap leaves. */
export function stageWidth(widthPx: number, deep: boolean): number {
  return Math.max(1, widthPx - scrollbarPx - (deep && widthPx >= minimapFromPx ? minimapPx : 0));
}

/** One drawing with its own zoom, keyboard place and tooltip. */
export const FlameStage = memo(function FlameStage(props: FlameStageProps) {
  const { data, focus, colours, control, selected, font, flip, heightPx, scrollRef, actions, goal } = props;
  const [hover] = useState(createHoverStore);
  const [scroll] = useState(createScrollStore);
  const picked = useMemo(() => (selected.size > 0 ? maskOf(data.rows.labels, selected) : undefined), [data, selected]);
  const { layout } = focus;
  const scene = useMemo<FlameScene>(
    () => ({ data, layout, ...colours, selected: picked, font, flip }),
    [data, layout, colours, picked, font, flip]
  );
  useEffect(() => hover.clear(), [hover, layout]);
  const { active, onClick, onMenu, onKeyDown, onPan, onScale } = useFlameControls({
    data,
    focus,
    flip,
    scrollRef,
    hover,
    goal,
    ...actions,
  });
  const place = rowPlace(layout, flip, heightPx);
  const withMap = props.widthPx - layout.widthPx > scrollbarPx;
  return (
    <div style={{ position: 'relative', display: 'flex' }}>
      <FlameView
        {...{ data, focus, active, heightPx, scrollRef, onKeyDown, control }}
        name={props.name}
        testId={props.testId}
      >
        <FlameCanvas
          {...{ scene, control, scrollRef, scroll, hover, active, onClick, onMenu, onPan, onScale, heightPx }}
        >
          <HoverLayer data={data} layout={layout} place={place} hover={hover} />
        </FlameCanvas>
      </FlameView>
      {withMap && <FlameMinimap scene={scene} control={control} heightPx={heightPx} scroll={scroll} />}
    </div>
  );
});

function FoundText({ data, control }: Pick<FlameStageProps, 'data' | 'control'>) {
  const { matches } = useMatches(data, control);
  return matches
    ? `Found: ${formatCounted(matches.methods, 'method')}, ${formatPart(matches.total, data.tree.width[0])} of the total`
    : '';
}

interface FlameViewProps {
  data: FlameData;
  focus: FlameFocus;
  active: NodeIndex;
  heightPx: number;
  scrollRef: RefObject<HTMLDivElement>;
  onKeyDown: (event: KeyboardEvent) => void;
  control: FlameControl;
  name: string;
  testId: string;
  children: ReactNode;
}

/** The one element that takes the focus; for screen readers a tree whose current item is the keyboard's frame. */
function FlameView(props: FlameViewProps) {
  const { data, focus, active, heightPx, scrollRef, onKeyDown, control, name, testId, children } = props;
  const id = useId();
  const node = active < data.tree.length ? active : focus.node;
  return (
    <>
      <div
        ref={scrollRef}
        className={flamePart.view}
        style={{ ...view, height: Math.max(rowPx, heightPx) }}
        data-flame-view
        data-testid={testId}
        tabIndex={0}
        role="tree"
        aria-label={`${name}, ${formatCount(data.tree.length)} frames. Arrow keys move, ? lists the keys.`}
        aria-activedescendant={`${id}-item`}
        onKeyDown={onKeyDown}
      >
        <div
          id={`${id}-item`}
          style={unseen}
          role="treeitem"
          aria-level={levelOf(data.tree, node) + 1}
          aria-selected={false}
          aria-label={sayFrame(data, node)}
        />
        {children}
      </div>
      <div style={unseen} aria-live="polite">
        <FoundText data={data} control={control} />
        {focus.node > 0 && ` Zoomed to ${sayFrame(data, focus.node)}`}
      </div>
    </>
  );
}

function sayFrame(data: FlameData, node: NodeIndex): string {
  const { value, self } = data.rows;
  const row = data.tree.row[node];
  const share = formatPart(value[row], value[0]);
  const total = `${shownName(data, node).slice(0, 200)}, total ${data.format(value[row])}, ${share} of all`;
  return data.upwards ? total : `${total}, self ${data.format(self[row])}`;
}
