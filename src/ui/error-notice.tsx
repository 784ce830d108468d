import React from 'react';
import { Alert, Button, Stack } from '@grafana/ui';
import { type StoreError } from './store-error';

/** What went wrong, where, what to do next; the details can be copied. */
export function ErrorNotice({ error, what, onRetry }: { error: StoreError; what: string; onRetry?: () => void }) {
  const details = [error.code, error.message, error.hint].filter(Boolean).join('\n');
  return (
    <Alert severity="error" title={`${what} could not be loaded`}>
      <div>
        {error.message}
        {error.code && <> ({error.code})</>}
      </div>
      {error.hint && <div>{error.hint}</div>}
      <Stack gap={1}>
        {onRetry && (
          <Button size="sm" variant="secondary" onClick={onRetry}>
            Try again
          </Button>
        )}
        <Button size="sm" variant="secondary" fill="text" onClick={() => void navigator.clipboard?.writeText(details)}>
          Copy details
        </Button>
      </Stack>
    </Alert>
  );
}
