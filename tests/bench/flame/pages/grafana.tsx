import { type DataFrame } from '@grafana/data';
import React, { useEffect, useMemo, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
// Installed by run.mjs: the bare graph, without table and header.
import FlameGraph from 'grafana-flamegraph/FlameGraph/FlameGraph.mjs';
import { CollapsedMap, FlameGraphDataContainer } from 'grafana-flamegraph/FlameGraph/dataTransform.mjs';
import { type BenchTree } from '../tree';
import { frameOf, theme } from './grafana-frame';
import { offer, zoomTarget } from './measure';

const place = document.getElementById('root') as HTMLElement;
let root = createRoot(place);
let tree: BenchTree;
const control = { focus: (_on: boolean) => {}, search: (_text: string) => {} };

function Page({ frame }: { frame: DataFrame }) {
  const data = useMemo(() => new FlameGraphDataContainer(frame, { collapsing: false }, theme), [frame]);
  const [view, setView] = useState({ min: 0, max: 1, focused: undefined as unknown });
  const [text, setText] = useState('');
  const [collapsed, setCollapsed] = useState(() => new CollapsedMap());
  const matched = useMemo(
    () => (text ? new Set(data.getUniqueLabels().filter((label: string) => label.includes(text))) : undefined),
    [text, data]
  );
  useEffect(() => {
    control.search = setText;
    control.focus = (on) => {
      const row = zoomTarget(tree);
      const item = data.getLevels()[8].find((one: { itemIndexes: number[] }) => one.itemIndexes.includes(row));
      const all = data.getLevels()[0][0].value;
      const to = { min: item.start / all, max: (item.start + item.value) / all };
      const focused = { item, label: '', posX: 0, posY: 0 };
      setView(on ? { ...to, focused } : { min: 0, max: 1, focused: undefined });
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
  zoom: () => flushSync(() => control.focus(true)),
  unzoom: () => flushSync(() => control.focus(false)),
  search: (text) => flushSync(() => control.search(text)),
  area: () => document.querySelector('canvas') as HTMLElement,
  rowPx: 22,
});
