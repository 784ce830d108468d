// Installs what the live tests need below build/profilers, pinned, and says what could not be had. Every function returns
// { reason } or what its clients need: paths for tests, which read them from ready.json.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { root, run } from '../../scripts/steps.mjs';

export const cache = path.join(root, 'build/profilers');
const programs = path.join(root, 'tests/profilers/programs');
const minute = 60_000;

/** { code, output } of a program that may not be there. */
export async function attempt(command, args, options = {}) {
  return run(command, args, { quiet: true, timeoutMs: 15 * minute, ...options }).catch(({ message }) => ({
    code: 1,
    output: message,
  }));
}

const works = async (command, ...args) => (await attempt(command, args, { timeoutMs: minute })).code === 0;
export const lastLines = (text) => text.trim().split('\n').slice(-4).join(' | ').slice(-400);

export function filesBelow(dir) {
  return fs
    .readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** Runs `make` unless it has succeeded before with the same inputs. `make` returns why it failed, if so. */
export async function made(name, inputs, make) {
  const hash = createHash('sha256');
  inputs.forEach((input) => hash.update(fs.existsSync(input) ? fs.readFileSync(input) : input).update('\0'));
  const stamp = path.join(cache, `${name}.stamp`);
  const wanted = hash.digest('hex');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) {
    return undefined;
  }
  process.stdout.write(`▸ install ${name} … `);
  const start = performance.now();
  const reason = await make();
  console.log(reason ?? `ok (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  if (reason === undefined) {
    fs.writeFileSync(stamp, wanted);
  }
  return reason;
}

/** Exceptions are profiled from Python 3.12 on, so a newer one is taken where several are there. */
async function findPython() {
  const pyenv = await attempt('pyenv', ['root'], { timeoutMs: minute });
  const versions = path.join(pyenv.output.trim(), 'versions');
  const own = pyenv.code === 0 && fs.existsSync(versions) ? fs.readdirSync(versions) : [];
  const pyenvs = own.filter((v) => /^3\.1[23]\./.test(v)).map((v) => path.join(versions, v, 'bin/python3'));
  for (const python of [...pyenvs, 'python3.13', 'python3.12', 'python3']) {
    const { code, output } = await attempt(python, ['-c', 'import sys, venv, ensurepip; print(sys.version_info[1])']);
    const minor = Number(output.trim());
    if (code === 0 && minor >= 9 && minor <= 13) {
      return { python, minor };
    }
  }
  return undefined;
}

export async function python() {
  const found = await findPython();
  if (!found) {
    return { reason: 'no Python 3.9 to 3.13 with venv is installed' };
  }
  const dir = path.join(cache, 'python');
  const requirements = path.join(programs, 'python/requirements.txt');
  const reason = await made('python', [found.python, requirements], async () => {
    fs.rmSync(dir, { recursive: true, force: true });
    const venv = await attempt(found.python, ['-m', 'venv', dir]);
    const pip = venv.code === 0 && (await attempt(path.join(dir, 'bin/pip'), ['install', '-q', '-r', requirements]));
    return venv.code !== 0 || pip.code !== 0 ? `pip failed: ${lastLines((pip || venv).output)}` : undefined;
  });
  return { reason, bin: path.join(dir, 'bin'), minor: found.minor };
}

export async function node() {
  const dir = path.join(cache, 'node');
  const inputs = ['package.json', 'package-lock.json'].map((file) => path.join(programs, 'node', file));
  const reason = await made('node', inputs, async () => {
    fs.mkdirSync(dir, { recursive: true });
    inputs.forEach((file) => fs.copyFileSync(file, path.join(dir, path.basename(file))));
    const { code, output } = await attempt('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: dir });
    return code === 0 ? undefined : `npm ci failed: ${lastLines(output)}`;
  });
  return { reason, modules: path.join(dir, 'node_modules') };
}

/** One of the Go programs: `./cmd/<name>` of the module `go`, or a module of its own. */
const goProgram =
  (name, module = 'go') =>
  async () => {
    if (!(await works('go', 'version'))) {
      return { reason: 'Go is not installed' };
    }
    const cwd = path.join(programs, module);
    const target = module === 'go' ? `./cmd/${name}` : '.';
    const reason = await made(`go-${name}`, filesBelow(cwd), async () => {
      const args = ['build', '-trimpath', '-o', path.join(cache, 'go', name), target];
      const { code, output } = await attempt('go', args, { cwd, env: { CGO_ENABLED: '0' } });
      return code === 0 ? undefined : `go build failed: ${lastLines(output)}`;
    });
    return { reason, program: path.join(cache, 'go', name) };
  };
export const goDatadog = goProgram('datadog');
export const goPyroscope = goProgram('pyroscope');
export const goHttppprof = goProgram('httppprof');
export const goCollector = goProgram('collector', 'go-collector');

const mavenCopy = 'org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy';

async function fetchJar(dir, { artifact, sha256 }) {
  const args = ['-q', '-B', mavenCopy, `-Dartifact=${artifact}`, `-DoutputDirectory=${dir}`];
  const { code, output } = await attempt('mvn', args);
  if (code !== 0) {
    return `mvn could not get ${artifact}: ${lastLines(output)}`;
  }
  const [, name, version] = artifact.split(':');
  const bytes = fs.readFileSync(path.join(dir, `${name}-${version}.jar`));
  const isRight = createHash('sha256').update(bytes).digest('hex') === sha256;
  return isRight ? undefined : `${artifact} is not the file whose SHA-256 is in jars.json`;
}

export async function java() {
  for (const [command, flag] of [
    ['java', '-version'],
    ['javac', '-version'],
    ['mvn', '--version'],
  ]) {
    if (!(await works(command, flag))) {
      return { reason: `${command} is not installed` };
    }
  }
  const dir = path.join(cache, 'java');
  const jars = JSON.parse(fs.readFileSync(path.join(programs, 'java/jars.json'), 'utf8'));
  const jarsOf = (part) =>
    jars
      .map(({ artifact }) => `${artifact.split(':').slice(1).join('-')}.jar`)
      .filter((name) => name.startsWith(part))
      .map((name) => path.join(dir, name));
  const jarOf = (part) => jarsOf(part)[0];
  const files = {
    ddAgent: jarOf('dd-java-agent'),
    pyroscopeAgent: jarOf('agent'),
    asyncProfiler: path.join(dir, 'libasyncProfiler.so'),
    classPath: [dir, jarOf('dd-trace-api')].join(path.delimiter),
    otelClassPath: jarsOf('opentelemetry').join(path.delimiter),
  };
  const sources = filesBelow(path.join(programs, 'java'));
  const reason = await made('java', sources, async () => {
    fs.mkdirSync(dir, { recursive: true });
    for (const jar of jars) {
      const problem = await fetchJar(dir, jar);
      if (problem) {
        return problem;
      }
    }
    const classPath = [files.classPath, files.pyroscopeAgent, files.otelClassPath].join(path.delimiter);
    const javaFiles = sources.filter((file) => file.endsWith('.java'));
    const compiled = await attempt('javac', ['-g', '-d', dir, '-cp', classPath, ...javaFiles]);
    if (compiled.code !== 0) {
      return `javac failed: ${lastLines(compiled.output)}`;
    }
    return extractAsyncProfiler(jarOf('async-profiler'), files.asyncProfiler);
  });
  return { reason, ...files };
}

/** The agent library of this machine lies in the jar. */
async function extractAsyncProfiler(jar, target) {
  const platform = process.platform === 'darwin' ? 'macos' : `linux-${{ arm64: 'arm64' }[process.arch] ?? 'x64'}`;
  const dir = path.dirname(target);
  const inside = `${platform}/libasyncProfiler.so`;
  const { code, output } = await attempt('jar', ['xf', jar, inside], { cwd: dir });
  if (code !== 0 || !fs.existsSync(path.join(dir, inside))) {
    return `async-profiler has no library for ${platform}: ${lastLines(output)}`;
  }
  fs.copyFileSync(path.join(dir, inside), target);
  return undefined;
}

export async function rust() {
  if (!(await works('cargo', '--version'))) {
    return { reason: 'Cargo is not installed' };
  }
  const cwd = path.join(programs, 'rust');
  const target = path.join(cache, 'rust');
  const reason = await made('rust', filesBelow(cwd), async () => {
    const args = ['build', '--release', '--locked', '--quiet'];
    const { code, output } = await attempt('cargo', args, { cwd, env: { CARGO_TARGET_DIR: target } });
    return code === 0 ? undefined : `cargo build failed: ${lastLines(output)}`;
  });
  return { reason, program: path.join(target, 'release/shop') };
}

/** Debian's packages are installed by apt, as root only. */
async function aptInstall(packages) {
  if (process.getuid?.() !== 0 || !(await works('apt-get', '--version'))) {
    return;
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await attempt('apt-get', ['update', '-qq'], { env });
  await attempt('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
}

/** `flags` link gperftools in, whose library must not be dropped as unused. */
async function cppProgram(name, flags, needs) {
  if (!(await works('g++', '--version'))) {
    return { reason: 'g++ is not installed' };
  }
  const source = path.join(programs, 'cpp/shop.cpp');
  const program = path.join(cache, 'cpp', name);
  const reason = await made(`cpp-${name}`, [source, ...flags], async () => {
    fs.mkdirSync(path.dirname(program), { recursive: true });
    const args = ['-O1', '-g', '-fno-omit-frame-pointer', source, '-o', program, ...flags, '-lpthread'];
    let result = await attempt('g++', args);
    if (result.code !== 0 && needs.length > 0) {
      await aptInstall(needs);
      result = await attempt('g++', args);
    }
    return result.code === 0 ? undefined : `g++ failed: ${lastLines(result.output)}`;
  });
  return { reason, program };
}

export async function gperftools() {
  const flags = ['-no-pie', '-Wl,--no-as-needed', '-lprofiler', '-ltcmalloc'];
  const built = await cppProgram('gperftools', flags, ['libgoogle-perftools-dev', 'google-perftools']);
  const pprof = (await works('google-pprof', '--version')) ? 'google-pprof' : 'pprof-symbolize';
  return { ...built, pprof };
}

export async function perf() {
  const built = await cppProgram('plain', [], []);
  if (!built.reason && !(await works('perf', '--version'))) {
    await aptInstall(['linux-perf']);
  }
  const data = path.join(cache, 'perf.data');
  const { code, output } = await attempt('perf', [
    'record',
    '-q',
    '-e',
    'cpu-clock',
    '-F',
    '99',
    '-g',
    '-o',
    data,
    'true',
  ]);
  return {
    ...built,
    reason: built.reason ?? (code === 0 ? undefined : `perf can't record here: ${lastLines(output)}`),
  };
}
