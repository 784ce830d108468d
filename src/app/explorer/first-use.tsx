import React, { useEffect, useState } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, Input, Stack, Tab, TabsBar, useStyles2 } from '@grafana/ui';

interface Client {
  name: string;
  lines: (url: string) => string;
}

const hostOf = (url: string) => url.replace(/^https?:\/\//, '').replace(/\/$/, '');

/** What to run so that a program sends here. Profilers that are there already only change the address. */
export const clients: Client[] = [
  {
    name: 'Python',
    lines: (url) =>
      `pip install ddtrace\nDD_TRACE_AGENT_URL=${url} DD_SERVICE=shop DD_ENV=prod DD_PROFILING_ENABLED=true ddtrace-run python app.py`,
  },
  {
    name: 'Java',
    lines: (url) =>
      `java -javaagent:dd-java-agent.jar -Ddd.trace.agent.url=${url} -Ddd.service=shop -Ddd.env=prod -Ddd.profiling.enabled=true -jar app.jar`,
  },
  {
    name: 'Go',
    lines: (url) =>
      `// import "github.com/DataDog/dd-trace-go/v2/profiler"\nprofiler.Start(profiler.WithAgentAddr("${hostOf(url)}"), profiler.WithService("shop"), profiler.WithEnv("prod"))\ndefer profiler.Stop()`,
  },
  {
    name: 'Node.js',
    lines: (url) =>
      `npm install dd-trace\nDD_TRACE_AGENT_URL=${url} DD_SERVICE=shop DD_ENV=prod DD_PROFILING_ENABLED=true node -r dd-trace/init app.js`,
  },
  {
    name: 'Pyroscope SDK',
    lines: (url) => `pyroscope.configure(application_name="shop", server_address="${url}")`,
  },
  {
    name: 'A file',
    lines: (url) => `curl --data-binary @cpu.pprof '${url}/api/v1/upload?service=shop&env=prod'`,
  },
];

const checkEveryMs = 5000;

/** The explorer's first view, while the store has no profile at all. Looks again by itself. */
export function FirstUse({ onCheck }: { onCheck: () => void }) {
  const styles = useStyles2(getStyles);
  const [url, setUrl] = useState('http://127.0.0.1:4140');
  const [active, setActive] = useState(clients[0].name);
  useEffect(() => {
    const timer = setInterval(onCheck, checkEveryMs);
    return () => clearInterval(timer);
  }, [onCheck]);
  const lines = clients.find(({ name }) => name === active)?.lines(url) ?? '';
  return (
    <section aria-label="Send the first profile" className={styles.box}>
      <h3>Send the first profile</h3>
      <p>The store has no profile yet. Point a profiler at it; its first upload comes after about a minute.</p>
      <label className={styles.address}>
        Address of the store, as the program reaches it
        <Input width={40} value={url} onChange={({ currentTarget }) => setUrl(currentTarget.value.trim())} />
      </label>
      <TabsBar>
        {clients.map(({ name }) => (
          <Tab key={name} label={name} active={name === active} onChangeTab={() => setActive(name)} />
        ))}
      </TabsBar>
      <Stack alignItems="flex-start" gap={1}>
        <pre className={styles.lines}>{lines}</pre>
        <ClipboardButton icon="copy" variant="secondary" getText={() => lines}>
          Copy
        </ClipboardButton>
      </Stack>
      <p role="status">Waiting for the first profile…</p>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({ maxWidth: 900, margin: '24px auto' }),
  address: css({ display: 'flex', flexDirection: 'column', gap: 4, marginBottom: theme.spacing(2) }),
  lines: css({ flex: 1, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }),
});
