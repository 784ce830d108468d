import React, { type FormEvent, useState } from 'react';
import { css } from '@emotion/css';
import { usePluginUserStorage } from '@grafana/runtime';
import { Button, ClipboardButton, Field, IconButton, Input, Modal, Stack, TextLink, useStyles2 } from '@grafana/ui';
import { useAsyncValue } from '../../ui/async-value';
import { ErrorNotice } from '../../ui/error-notice';
import { currentSearch } from '../location';
import { explorePath, hrefOf } from '../routes';
import { type SavedView, loadViews, storeViews, viewSearch, withView, withoutView } from './view-store';

/** Views that the user has given a name. They belong to the user; others get them as links. */
export function SavedViews() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="secondary" icon="bookmark" onClick={() => setOpen(true)}>
        Views
      </Button>
      {isOpen && (
        <Modal title="Saved views" isOpen onDismiss={() => setOpen(false)}>
          <Views onLeave={() => setOpen(false)} />
        </Modal>
      )}
    </>
  );
}

const addressOf = ({ search }: SavedView) => hrefOf(`${explorePath()}${search === '' ? '' : `?${search}`}`);

function Views({ onLeave }: { onLeave: () => void }) {
  const storage = usePluginUserStorage();
  const stored = useAsyncValue('views', () => loadViews(storage));
  const views = stored.value ?? [];
  const store = (next: SavedView[]) => storeViews(storage, next).then(stored.reload);
  return (
    <Stack direction="column" gap={2}>
      {stored.error && <ErrorNotice what="The saved views" error={stored.error} onRetry={stored.reload} />}
      {views.length > 0 && (
        <ViewList views={views} onLeave={onLeave} onDelete={(name) => void store(withoutView(views, name))} />
      )}
      {!stored.loading && views.length === 0 && <div>No view is saved yet.</div>}
      <SaveForm
        taken={views.map(({ name }) => name)}
        onSave={(name) => void store(withView(views, { name, search: viewSearch(currentSearch()) }))}
      />
    </Stack>
  );
}

interface ListProps {
  views: readonly SavedView[];
  onLeave: () => void;
  onDelete: (name: string) => void;
}

function ViewList({ views, onLeave, onDelete }: ListProps) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={styles.list}>
      {views.map((view) => (
        <li key={view.name} className={styles.row}>
          <span className={styles.name} onClick={onLeave}>
            <TextLink href={addressOf(view)}>{view.name}</TextLink>
          </span>
          <ClipboardButton
            size="sm"
            fill="text"
            icon="link"
            aria-label={`Copy the link of ${view.name}`}
            getText={() => new URL(addressOf(view), location.href).href}
          />
          <IconButton name="trash-alt" aria-label={`Delete ${view.name}`} onClick={() => onDelete(view.name)} />
        </li>
      ))}
    </ul>
  );
}

function SaveForm({ taken, onSave }: { taken: readonly string[]; onSave: (name: string) => void }) {
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(name.trim());
    setName('');
  };
  return (
    <form onSubmit={submit}>
      <Field
        label="Save this view as"
        description="Search, columns, chart and time range. “Last 15 minutes” goes on meaning the last 15 minutes."
        htmlFor="hotspan-view-name"
      >
        <Input
          id="hotspan-view-name"
          value={name}
          maxLength={100}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
      </Field>
      <Button type="submit" disabled={name.trim() === ''}>
        {taken.includes(name.trim()) ? 'Replace' : 'Save'}
      </Button>
    </form>
  );
}

const getStyles = () => ({
  list: css({ listStyle: 'none', margin: 0, padding: 0 }),
  row: css({ display: 'flex', alignItems: 'center', gap: 8, minHeight: 36 }),
  name: css({ flex: 1, minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis' }),
});
