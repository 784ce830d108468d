import { Menu, Portal, useTheme2 } from '@grafana/ui';
import React, {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useReducer,
  useRef,
} from 'react';
import { type FlameRules, colourWays } from '../../model/flame-place';
import { formatCounted, formatShare } from '../../model/units';
import { type ExportFormat } from './export-format';
import { diffFills } from './flame-colours';
import { patternOfSearch } from './flame-pipeline';
import { type FlameToolbarProps } from './flame-toolbar';
import { modeNames } from './mode-names';
import { shortened } from './shortened';
import { useFlameMode, useFlamePart } from './use-flame-state';
import { useMatches } from './use-flame-view';

const exportNames: ReadonlyArray<readonly [ExportFormat, string]> = [
  ['png', 'PNG image'],
  ['svg', 'SVG image'],
  ['html', 'HTML page'],
  ['folded', 'Folded stacks'],
  ['speedscope', 'speedscope'],
  ['pprof', 'pprof'],
  ['json', 'JSON'],
];

interface ChoiceProps {
  label: string;
  checked: boolean;
  role?: 'menuitemradio' | 'menuitemcheckbox';
  onClick: () => void;
}

function Choice({ label, checked, role = 'menuitemradio', onClick }: ChoiceProps) {
  return (
    <Menu.Item
      label={label}
      active={checked}
      icon={checked ? 'check' : undefined}
      role={role}
      ariaChecked={checked}
      onClick={onClick}
    />
  );
}

/** What the search finds can be hidden or excluded, now and in what comes with the next refresh. */
function FoundItems({ data, control }: FlameToolbarProps) {
  const { setRules, setSearch } = control;
  const { rules, search } = control.get();
  const { matches } = useMatches(data, control);
  const pattern = matches && patternOfSearch(data.rows.labels, search);
  if (pattern === undefined) {
    return null;
  }
  const rule = (change: Partial<FlameRules>) => {
    setRules(change);
    setSearch('');
  };
  return (
    <>
      <Menu.Divider />
      <Menu.Item
        label={`Hide methods with ${shortened(pattern)}`}
        onClick={() => rule({ hide: [...rules.hide, pattern] })}
      />
      <Menu.Item
        label={`Exclude stacks with ${shortened(pattern)}`}
        onClick={() => rule({ exclude: [...rules.exclude, pattern] })}
      />
    </>
  );
}

/** How the graph is built: direction, folding, root. */
export function ViewItems(props: FlameToolbarProps) {
  const { control, flip, tools } = props;
  const { go, setRules } = control;
  const current = useFlameMode(control);
  const rules = useFlamePart(control, 'rules');
  return (
    <>
      {modeNames.map(([mode, name]) => (
        <Choice
          key={mode}
          label={name}
          checked={current === mode}
          onClick={() => go({ mode, method: '', focus: [], callers: [] })}
        />
      ))}
      <Menu.Divider />
      <Choice
        label="Fold recursion"
        role="menuitemcheckbox"
        checked={rules.recursion}
        onClick={() => setRules({ recursion: !rules.recursion })}
      />
      <Choice
        label="Fold chains with one callee"
        role="menuitemcheckbox"
        checked={rules.chains}
        onClick={() => setRules({ chains: !rules.chains })}
      />
      <Choice label="Root at the bottom" role="menuitemcheckbox" checked={flip} onClick={() => tools.flip(!flip)} />
      <FoundItems {...props} />
    </>
  );
}

export function ColourItems({ colourBy, tools }: FlameToolbarProps) {
  return (
    <>
      {colourWays.map((by) => (
        <Choice key={by} label={`Colour by ${by}`} checked={by === colourBy} onClick={() => tools.colour(by)} />
      ))}
    </>
  );
}

export function ExportItems({ tools }: FlameToolbarProps) {
  return (
    <>
      {exportNames.map(([format, name]) => (
        <Menu.Item key={format} label={`Download ${name}`} onClick={() => tools.save(format)} />
      ))}
    </>
  );
}

export function FoldedItems(props: FlameToolbarProps) {
  const { data, tools } = props;
  return (
    <>
      <ViewItems {...props} />
      {!data.isDiff && <Menu.Divider />}
      {!data.isDiff && <ColourItems {...props} />}
      <Menu.Divider />
      <Menu.Item label="Methods" icon="list-ul" onClick={tools.openMethods} />
      <ExportItems {...props} />
      <Menu.Item label="Keys" icon="question-circle" onClick={tools.openHelp} />
    </>
  );
}

export interface RulesWordsProps extends Pick<FlameToolbarProps, 'control'> {
  /** Of the whole. */
  excluded: number;
}

export function RulesWords({ control, excluded }: RulesWordsProps) {
  const { hide, exclude, only } = useFlamePart(control, 'rules');
  const { mode } = useFlamePart(control, 'place');
  const words = [
    only !== '' && `only ${shortened(only)}`,
    hide.length > 0 && `${hide.length} hidden`,
    exclude.length > 0 && (mode === 'sandwich' ? `${exclude.length} excluded` : `${formatShare(excluded)} excluded`),
  ];
  return words.filter(Boolean).join(' · ');
}

/** Takes the user's rules back, one by one. */
export function RulesItems({ control }: Pick<FlameToolbarProps, 'control'>) {
  const { setRules } = control;
  const rules = useFlamePart(control, 'rules');
  const without = (list: readonly string[], name: string) => list.filter((other) => other !== name);
  return (
    <>
      {rules.only !== '' && (
        <Menu.Item label={`Show all besides ${shortened(rules.only)}`} onClick={() => setRules({ only: '' })} />
      )}
      {rules.hide.map((name) => (
        <Menu.Item
          key={name}
          label={`Show ${shortened(name)}`}
          onClick={() => setRules({ hide: without(rules.hide, name) })}
        />
      ))}
      {rules.exclude.map((name) => (
        <Menu.Item
          key={name}
          label={`Include ${shortened(name)}`}
          onClick={() => setRules({ exclude: without(rules.exclude, name) })}
        />
      ))}
      <Menu.Item label="Show everything" icon="times" onClick={() => setRules({ hide: [], exclude: [], only: '' })} />
    </>
  );
}

interface OpenMenuProps {
  label: string;
  anchor: RefObject<HTMLButtonElement>;
  onClose: () => void;
  children: ReactNode;
}

const gapPx = 4;
/** Enough to choose in. */
const menuRoomPx = 240;

export function OpenMenu({ label, anchor, onClose, children }: OpenMenuProps) {
  const place = useRef<HTMLDivElement>(null);
  const [, follow] = useReducer((moves: number) => moves + 1, 0); // where the page scrolls its button to
  useEffect(() => {
    const onPress = ({ target }: Event) => {
      const inside = [place, anchor].some(({ current }) => target instanceof Node && current?.contains(target));
      if (!inside) {
        onClose();
      }
    };
    const onScroll = ({ target }: Event) => target instanceof Node && target.contains(anchor.current) && follow();
    document.addEventListener('pointerdown', onPress);
    document.addEventListener('scroll', onScroll, true);
    return () => {
      document.removeEventListener('pointerdown', onPress);
      document.removeEventListener('scroll', onScroll, true);
    };
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
  };
  return (
    <Portal>
      <div ref={place} style={{ position: 'fixed', overflow: 'auto', ...menuPlace(anchor.current) }}>
        <Menu ariaLabel={label} onOpen={(focusItem) => focusItem(0)} onClick={onClose} onKeyDown={onKeyDown}>
          {children}
        </Menu>
      </div>
    </Portal>
  );
}

const legendWords = 'striped: only on one side';
/** Gives way before the search box and the buttons do: words without room wrap to where they aren't seen. */
const legend: CSSProperties = {
  ...{ display: 'inline-flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px' },
  ...{ minWidth: 130, flexShrink: 9999, height: '1.5em', lineHeight: '1.5em', overflow: 'hidden' },
};

/** Below the button or, with more room there, above it; towards the middle of the page. */
function menuPlace(button: HTMLElement | null): CSSProperties {
  const { innerWidth, innerHeight } = window;
  const { left, right, top, bottom } = button?.getBoundingClientRect() ?? new DOMRect();
  const [abovePx, belowPx] = [top - 2 * gapPx, innerHeight - bottom - 2 * gapPx];
  const isBelow = belowPx >= menuRoomPx || belowPx >= abovePx;
  const isLeft = left + right < innerWidth;
  return {
    ...(isBelow ? { top: bottom + gapPx } : { bottom: innerHeight - top + gapPx }),
    ...(isLeft ? { left: Math.max(gapPx, left) } : { right: Math.max(gapPx, innerWidth - right) }),
    maxHeight: Math.max(0, isBelow ? belowPx : abovePx),
    maxWidth: (isLeft ? innerWidth - left : right) - gapPx,
  };
}

export function DiffLegend() {
  const theme = useTheme2();
  return (
    <span style={{ ...legend, color: theme.colors.text.secondary }} title={legendWords}>
      <span>less</span>
      <span style={{ display: 'inline-flex' }}>
        {diffFills(theme).map((fill) => (
          <span key={fill} style={{ width: 12, height: 10, background: fill }} />
        ))}
      </span>
      <span>more</span>
      <span>{legendWords}</span>
    </span>
  );
}

/** In place of a sandwich whose method isn't there. */
export function MissingMethod({ name }: { name: string }) {
  const theme = useTheme2();
  return (
    <div role="status" style={{ padding: theme.spacing(2), textAlign: 'center', overflowWrap: 'anywhere' }}>
      “{shortened(name)}” is not in this profile: nothing of it was sampled, or the view hides it. Reset shows all
      methods.
    </div>
  );
}

/** What the share that a cut graph hides is; `frames` where it is that of the whole graph, not of what is shown of it. */
export function HiddenHint({ share, frames }: { share: number; frames?: number }) {
  const where =
    frames === undefined
      ? 'what is shown is spent in small frames that are not drawn.'
      : `the total is spent in small frames that are not drawn (${formatCounted(frames, 'frame')}).`;
  const more = 'The tables count them. Zoom in to load them, or raise “Max nodes” in the query.';
  return `${formatShare(share)} of ${where} ${more}`;
}
