// Builds the programs of examples/traces as their Dockerfiles and the compose file say, without containers: what is tested is what users
// start. Returns their commands for ready.json.
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { root } from '../../scripts/steps.mjs';
import { attempt, cache, filesBelow, java, lastLines, made, node, python } from './setup.mjs';

const source = path.join(root, 'examples/traces');

/** The shell commands of a Dockerfile. */
const runsOf = (dockerfile) =>
  [...dockerfile.matchAll(/^RUN ((?:.*\\\n)*.*)$/gm)].map(([, run]) => run.replaceAll('\\\n', ''));
const commandOf = (dockerfile) => JSON.parse(/^CMD (.*)$/m.exec(dockerfile)[1]);

/** Paths that lie at the root of the container, and where they lie here. */
function placesOf(dir, { ddAgent, classPath }) {
  const inside = ['/Shop.java', '/classes'].map((name) => [name, path.join(dir, name)]);
  return [['/dd-java-agent.jar', ddAgent], ['/dd-trace-api.jar', classPath.split(path.delimiter)[1]], ...inside];
}

const placed = (text, places) =>
  places.reduce((now, [there, here]) => now.replaceAll(new RegExp(`(?<![\\w.])${there}`, 'g'), here), text);

/** Programs find what their build installed before what the machine has. */
const pathOf = (dir) => [path.join(dir, 'venv/bin'), process.env.PATH].join(path.delimiter);

async function build(from, dir, interpreter, places) {
  fs.rmSync(dir, { recursive: true, force: true });
  fs.cpSync(from, dir, { recursive: true });
  // npm installs into the next folder above that is a package.
  fs.writeFileSync(path.join(dir, 'package.json'), '{}');
  const venv = path.basename(dir) === 'python' ? [`'${interpreter}' -m venv venv`] : [];
  for (const run of [...venv, ...runsOf(fs.readFileSync(path.join(from, 'Dockerfile'), 'utf8'))]) {
    const { code, output } = await attempt('sh', ['-c', placed(run, places)], {
      cwd: dir,
      env: { PATH: pathOf(dir), CGO_ENABLED: '0' },
    });
    if (code !== 0) {
      return `${run} failed: ${lastLines(output)}`;
    }
  }
  return undefined;
}

export async function examples() {
  const tools = { python: await python(), node: await node(), java: await java() };
  const lacking = Object.values(tools).find(({ reason }) => reason);
  if (lacking) {
    return { reason: lacking.reason };
  }
  const { services } = parse(fs.readFileSync(path.join(source, 'docker-compose.yaml'), 'utf8'), { merge: true });
  const programs = {};
  for (const [name, { build: folder, command, environment }] of Object.entries(services).filter(([, s]) => s.build)) {
    const from = path.join(source, folder);
    const dir = path.join(cache, 'examples', path.basename(folder));
    const places = placesOf(dir, tools.java);
    const interpreter = path.join(tools.python.bin, 'python');
    const reason = await made(`example-${path.basename(folder)}`, filesBelow(from), () =>
      build(from, dir, interpreter, places)
    );
    if (reason) {
      return { reason };
    }
    const [first, ...args] = command?.split(' ') ?? commandOf(fs.readFileSync(path.join(from, 'Dockerfile'), 'utf8'));
    const env = { ...environment, PATH: pathOf(dir) };
    programs[name] = { command: first, args: args.map((arg) => placed(arg, places)), cwd: dir, env };
  }
  return { programs };
}
