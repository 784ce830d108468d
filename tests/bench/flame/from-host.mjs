// What Grafana provides is a script of its own in the pages, as it is in Grafana, where each plugin is another script.
import { build } from 'esbuild';

const provided =
  /^(@emotion\/css|@grafana\/(data|runtime|ui)|react|react\/jsx-runtime|react-dom|react-dom\/client|rxjs)$/;

/** For esbuild: such packages come from the host's script. */
export const fromHost = {
  name: 'from host',
  setup: (one) => {
    one.onResolve({ filter: provided }, ({ path }) => ({ path, namespace: 'host' }));
    one.onLoad({ filter: /./, namespace: 'host' }, ({ path }) => ({
      contents: `module.exports = window.benchHost[${JSON.stringify(path)}];`,
    }));
  },
};

/** For esbuild: such packages stay outside. */
export const outside = {
  name: 'outside',
  setup: (one) => one.onResolve({ filter: provided }, ({ path }) => ({ path, external: true })),
};

const named = /import\s*(?:\w+\s*,?\s*)?{([^}]*)}\s*from\s*"([^"]+)"/g;
const whole = /import\s+(?:\*\s+as\s+)?(\w+)\s*(?:,\s*{[^}]*}\s*)?from\s*"([^"]+)"/g;

/** The names that some tools use of what Grafana provides, by package; '*' = all of it. */
async function namesUsed(entryPoints, options) {
  const { outputFiles } = await build({ ...options, entryPoints, format: 'esm', plugins: [outside], write: false });
  const used = new Map();
  const add = (from, name) => used.set(from, (used.get(from) ?? new Set()).add(name));
  for (const { path, text } of outputFiles.filter(({ path: file }) => file.endsWith('.js'))) {
    for (const [, names, from] of text.matchAll(named)) {
      names.split(',').forEach((name) => name.trim() && add(from, name.trim().split(/\s/)[0]));
    }
    for (const [, , from] of text.matchAll(whole)) {
      add(from, '*');
    }
  }
  return used;
}

/** Source of the host's script. */
export async function hostSource(entryPoints, options) {
  const used = [...(await namesUsed(entryPoints, options))];
  const parts = used.map(([from, names], i) => {
    const each = (write) => [...names].map((name) => write(name, `${name}_${i}`)).join(', ');
    const [imported, given] = names.has('*')
      ? [`* as all_${i}`, `all_${i}`]
      : [`{ ${each((name, local) => `${name} as ${local}`)} }`, `{ ${each((name, local) => `${name}: ${local}`)} }`];
    return { line: `import ${imported} from '${from}';`, entry: `'${from}': ${given}` };
  });
  return [
    ...parts.map(({ line }) => line),
    `window.benchHost = { ${parts.map(({ entry }) => entry).join(', ')} };`,
  ].join('\n');
}
