import { Menu, Portal } from '@grafana/ui';
import React, { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { ToolButton, type ToolIconName } from './tool-button';

interface ToolMenuProps {
  /** Name of the menu, and of the button where it has no text. */
  label: string;
  icon?: ToolIconName;
  text?: ReactNode;
  children: () => ReactNode;
}

/** A button that opens a menu below its right edge. Nothing of the menu is there before. */
export function ToolMenu({ label, icon, text, children }: ToolMenuProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus({ preventScroll: true });
  };
  return (
    <>
      <ToolButton
        ref={button}
        label={text === undefined ? label : undefined}
        icon={icon}
        endIcon={text === undefined ? undefined : 'down'}
        expanded={open}
        onClick={() => setOpen(!open)}
      >
        {text}
      </ToolButton>
      {open && (
        <OpenMenu label={label} anchor={button} onClose={close}>
          {children()}
        </OpenMenu>
      )}
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

function OpenMenu({ label, anchor, onClose, children }: OpenMenuProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const onPress = ({ target }: Event) => {
      const inside = [place, anchor].some(({ current }) => target instanceof Node && current?.contains(target));
      if (!inside) {
        onClose();
      }
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
  };
  const box = anchor.current?.getBoundingClientRect();
  const top = (box?.bottom ?? 0) + gapPx;
  const right = Math.max(gapPx, window.innerWidth - (box?.right ?? 0));
  return (
    <Portal>
      <div
        ref={place}
        style={{ position: 'fixed', top, right, maxHeight: `calc(100vh - ${top + gapPx}px)`, overflow: 'auto' }}
      >
        <Menu ariaLabel={label} onOpen={(focusItem) => focusItem(0)} onClick={onClose} onKeyDown={onKeyDown}>
          {children}
        </Menu>
      </div>
    </Portal>
  );
}
