import React, { type KeyboardEvent, forwardRef } from 'react';
import { type FlameData } from './flame-data';
import { flamePart } from './flame-styles';
import { ToolButton } from './tool-button';
import { type FlameControl, useFlamePart } from './use-flame-state';
import { useMatches } from './use-flame-view';

interface FlameSearchBoxProps {
  data: FlameData;
  control: FlameControl;
  /** Enter and Shift+Enter. */
  onStep: (by: 1 | -1) => void;
  /** Escape in the empty box, or arrow down: the graph takes the focus. */
  onLeave: () => void;
}

const words = 'Search: method or /regex/';

export const FlameSearchBox = forwardRef<HTMLInputElement, FlameSearchBoxProps>(function FlameSearchBox(props, ref) {
  const { data, control, onStep, onLeave } = props;
  const value = useFlamePart(control, 'search');
  const { error } = useMatches(data, control);
  const onChange = control.setSearch;
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      return value === '' ? onLeave() : onChange('');
    }
    if (event.key === 'Enter' || event.key === 'ArrowDown') {
      event.preventDefault();
      return event.key === 'Enter' ? onStep(event.shiftKey ? -1 : 1) : onLeave();
    }
  };
  return (
    <div style={{ position: 'relative', flex: '999 1 110px', minWidth: 110, maxWidth: 280 }}>
      <input
        ref={ref}
        type="text"
        className={flamePart.search}
        value={value}
        placeholder={words}
        aria-label={words}
        aria-invalid={error !== undefined}
        title={error}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={keyDown}
      />
      {value !== '' && (
        <span style={{ position: 'absolute', right: 1, top: 2 }}>
          <ToolButton label="Clear search" icon="times" onClick={() => onChange('')} />
        </span>
      )}
    </div>
  );
});
