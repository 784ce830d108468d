import { type DataFrame } from '@grafana/data';
import React, { useEffect, useMemo, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
// Installed by run.mjs: the bare graph, without table and header.
import FlameGraph from 'grafana-flamegraph/FlameGraph/FlameGraph.mjs';
import { CollapsedMap, FlameGraphDataContainer } from 'grafana-flamegraph/FlameGraph/dataTransform.mjs';
import { type BenchTree } from '../tree';
import { frameOf, theme } from './grafana-frame';
import { offer } from './measure';

const place = document.getElementById('root') as HTMLElement;
let root = createRoot(place);
let tree: BenchTree;
interface Focused {
  item: { start: number; value: number; itemIndexes: number[] };
  label: string;
  posX: number;
  posY: number;
}

const control = {
  itemOf: (_row: number): Focused['item'] | undefined => undefined,
  focus: (_on?: Focused['item']) => {},
  search: (_text: string) => {},
};

function Page({ frame }: { frame: DataFrame }) {
  const data = useMemo(() => new FlameGraphDataContainer(frame, { collapsing: false }, theme), [frame]);
  const [view, setView] = useState({ min: 0, max: 1, focused: undefined as Focused | undefined });
  const [text, setText] = useState('');
  const [collapsed, setCollapsed] = useState(() => new CollapsedMap());
  const matched = useMemo(
    () => (text ? new Set(data.getUniqueLabels().filter((label: string) => label.includes(text))) : undefined),
    [text, data]
  );
  useEffect(() => {
    control.search = setText;
    control.itemOf = (row) =>
      data.getLevels()[tree.level[row]].find((one: Focused['item']) => one.itemIndexes.includes(row));
    control.focus = (item) => {
      const all = data.getLevels()[0][0].value;
      setView(
        item
          ? {
              min: item.start / all,
              max: (item.start + item.value) / all,
              focused: { item, label: '', posX: 0, posY: 0 },
            }
          : { min: 0, max: 1, focused: undefined }
      );
    };
  }, [data]);
  return (
    <div style={{ width: 1600 }}>
      <FlameGraph
        data={data}
        rangeMin={view.min}
        rangeMax={view.max}
        matchedLabels={matched}
        search={text}
        setRangeMin={() => undefined}
        setRangeMax={() => undefined}
        onItemFocused={() => undefined}
        focusedItemData={view.focused}
        textAlign="left"
        onSandwich={() => undefined}
        onFocusPillClick={() => undefined}
        onSandwichPillClick={() => undefined}
        colorScheme="packageBased"
        showFlameGraphOnly
        collapsing={false}
        selectedView="flameGraph"
        collapsedMap={collapsed}
        setCollapsedMap={setCollapsed}
      />
    </div>
  );
}

offer({
  prepare: (given) => {
    tree = given;
    return frameOf(given);
  },
  mount: (input) => root.render(<Page frame={input as DataFrame} />),
  unmount: () => {
    root.unmount();
    root = createRoot(place);
  },
  // As from a click or a key: React renders these at once.
  zoomTo: (row) => {
    const item = control.itemOf(row);
    return () => flushSync(() => control.focus(item));
  },
  unzoom: () => flushSync(() => control.focus()),
  search: (text) => flushSync(() => control.search(text)),
  area: () => document.querySelector('canvas') as HTMLElement,
  rowPx: 22,
});
