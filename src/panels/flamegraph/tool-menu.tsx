import React, { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { toolItems } from './flame-later';
import type * as toolItemsModule from './flame-tool-items';
import { ToolButton, type ToolIconName } from './tool-button';

type ToolItems = typeof toolItemsModule;

interface ToolMenuProps {
  /** Name of the menu, and of the button where it has no text. */
  label: string;
  icon?: ToolIconName;
  text?: ReactNode;
  /** The menu's content, made of the items there are. */
  children: (items: ToolItems) => ReactNode;
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
        <LoadedMenu label={label} anchor={button} onClose={close}>
          {children}
        </LoadedMenu>
      )}
    </>
  );
}

interface LoadedMenuProps extends Pick<ToolMenuProps, 'label' | 'children'> {
  anchor: RefObject<HTMLButtonElement>;
  onClose: () => void;
}

function LoadedMenu({ children, ...menu }: LoadedMenuProps) {
  const items = toolItems.use(menu.onClose);
  return items ? <items.OpenMenu {...menu}>{children(items)}</items.OpenMenu> : <AwaitedMenu {...menu} />;
}

/** A menu that is still being loaded: who goes on meanwhile must not be called back by it. */
function AwaitedMenu({ anchor, onClose }: Pick<LoadedMenuProps, 'anchor' | 'onClose'>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        onClose();
      }
    };
    const onPress = ({ target }: PointerEvent) => {
      if (!(target instanceof Node && anchor.current?.contains(target))) {
        onClose();
      }
    };
    document.addEventListener('keydown', onKey, true);
    document.addEventListener('pointerdown', onPress);
    return () => {
      document.removeEventListener('keydown', onKey, true);
      document.removeEventListener('pointerdown', onPress);
    };
  });
  return null;
}
