import { type Language } from './language';
import { type FrameKind } from './profile';

/** What profilers say about a function; '' = not said. */
export interface FunctionSource {
  /** The function's name as the file holds it. */
  readonly name: string;
  readonly file: string;
  /** Path of the binary that holds the code. */
  readonly mapping: string;
  /** Of the profile as a whole; the file's ending overrules it. */
  readonly language: Language | '';
}

/** Attributes that the name and the paths tell; '' = unknown. */
export interface FrameNames {
  readonly className: string;
  /** Package, module or namespace. */
  readonly packageName: string;
  /** Distribution, module, jar or binary, without version, so that series outlive updates; or `ownCode`. */
  readonly library: string;
  readonly kind: FrameKind;
}

type Parts = Partial<FrameNames>;

/** Library of files that lie neither among the installed packages nor in the standard library of their language. */
const ownCode = '(own code)';

const parsers: Readonly<Record<Language, (source: FunctionSource) => Parts>> = {
  go: goNames,
  python: pythonNames,
  node: nodeNames,
  java: ({ name }) => jvmNames(name),
  dotnet: dotnetNames,
  cpp: nativeNames,
  rust: rustNames,
  php: phpNames,
  ruby: rubyNames,
};

/** Longer names are not taken apart: bounds the work that a hostile file can cause. */
const maxNameLength = 2000;

/** Class, package, library and kind of a function. */
export function frameNames(source: FunctionSource): FrameNames {
  if (source.name.length > maxNameLength || source.file.length > maxNameLength) {
    return { className: '', packageName: '', library: '', kind: 'method' };
  }
  if (isKernel(source.mapping)) {
    return { className: '', packageName: '', library: 'kernel', kind: 'kernel' };
  }
  const language = languageOfFunction(source);
  const parts = language === '' ? { library: source.mapping && baseName(source.mapping) } : parsers[language](source);
  const native = (language === 'cpp' || language === '') && source.language !== 'cpp' && source.mapping !== '';
  return { className: '', packageName: '', library: '', kind: native ? 'native' : 'method', ...parts };
}

function isKernel(mapping: string): boolean {
  return mapping.startsWith('[kernel') || mapping.startsWith('[guest.kernel') || mapping.endsWith('/vmlinux');
}

const languageOfEnding: Readonly<Record<string, Language>> = {
  go: 'go',
  s: 'go',
  py: 'python',
  pyx: 'python',
  pyc: 'python',
  js: 'node',
  mjs: 'node',
  cjs: 'node',
  jsx: 'node',
  ts: 'node',
  tsx: 'node',
  mts: 'node',
  java: 'java',
  kt: 'java',
  scala: 'java',
  groovy: 'java',
  cs: 'dotnet',
  fs: 'dotnet',
  vb: 'dotnet',
  php: 'php',
  rb: 'ruby',
  rs: 'rust',
  c: 'cpp',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  h: 'cpp',
  hpp: 'cpp',
  hh: 'cpp',
  S: 'cpp',
};

/** The language that a source file's name shows. */
export function languageOfFile(file: string): Language | '' {
  if (file.startsWith('node:')) {
    return 'node';
  }
  if (file.startsWith('<frozen ')) {
    return 'python';
  }
  const ending = file.slice(file.lastIndexOf('.') + 1);
  return ending.length < 7 && Object.hasOwn(languageOfEnding, ending) ? languageOfEnding[ending] : '';
}

function languageOfFunction({ name, file, mapping, language }: FunctionSource): Language | '' {
  const known = languageOfFile(file);
  if (known !== '') {
    return known;
  }
  if (name.startsWith('|lm:')) {
    return 'dotnet';
  }
  if (/^(?:[\w$]+\/)+[A-Z][\w$/+.]*\./.test(name)) {
    return 'java';
  }
  return /\.so(\.|$)|^\[/.test(mapping) ? 'cpp' : language;
}

/** Go: `net/http.(*conn).serve`; dots in the last path element are written `%2e`. */
function goNames({ name, file, mapping }: FunctionSource): Parts {
  const bracket = name.indexOf('[');
  const slash = name.lastIndexOf('/', bracket < 0 ? name.length : bracket);
  const dot = name.indexOf('.', slash + 1);
  if (dot < 0) {
    return {};
  }
  const packageName = name.slice(0, dot).replaceAll('%2e', '.');
  return { packageName, className: goClass(name, dot + 1), library: goLibrary(packageName, file, mapping) };
}

/** `(*conn).serve` and `conn.serve` have a class; `main.func1`, `init.0`, `glob..func1` are closures of functions. */
function goClass(name: string, start: number): string {
  if (name.charCodeAt(start) === 0x28) {
    const end = name.indexOf(')', start);
    const text = name.slice(start + (name[start + 1] === '*' ? 2 : 1), end < 0 ? undefined : end);
    return text.split('[', 1)[0];
  }
  const bracket = name.indexOf('[', start);
  const dot = name.indexOf('.', start);
  if (dot < 0 || (bracket >= 0 && bracket < dot)) {
    return '';
  }
  const first = name.slice(start, dot);
  return first === 'init' ||
    first === 'glob' ||
    /^(?:\.|\d|func\d|gowrap\d|deferwrap\d|init\.)/.test(name.slice(dot + 1))
    ? ''
    : first;
}

const goStandard = new Set(
  (
    'archive bufio bytes cmp compress container context crypto database debug embed encoding errors expvar flag fmt go hash ' +
    'html image index internal io iter log maps math mime net os path plugin reflect regexp runtime slices sort strconv ' +
    'strings structs sync syscall testing text time unicode unique unsafe vendor weak'
  ).split(' ')
);

function goLibrary(packageName: string, file: string, mapping: string): string {
  const slash = packageName.indexOf('/');
  const first = slash < 0 ? packageName : packageName.slice(0, slash);
  if (goStandard.has(first)) {
    return 'std';
  }
  const at = file.indexOf('@');
  if (at > 0) {
    const start = file.lastIndexOf('/pkg/mod/', at);
    return goModule(file.slice(start < 0 ? 0 : start + 9, at));
  }
  return first.includes('.') ? goModuleOfPackage(packageName) : baseName(mapping);
}

/** In the module cache `!d` stands for `D`; the major version is left out. */
function goModule(path: string): string {
  return path.replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase()).replace(/\/v\d+$/, '');
}

/** Hosts of source code have an owner and a repository, vanity domains one element. */
function goModuleOfPackage(packageName: string): string {
  const elements = packageName.split('/');
  const host = /^(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|golang\.org)$/.test(elements[0]);
  return elements.slice(0, host ? 3 : 2).join('/');
}

/** Profilers that shorten paths don't tell where a file lies, so a relative path stays unknown. */
function isWholePath(file: string): boolean {
  return /^(?:\/|[A-Za-z]:[\\/]|file:\/\/)/.test(file);
}

function libraryOr(library: string | undefined, file: string): string {
  return library ?? (isWholePath(file) ? ownCode : '');
}

/** Python: the module is the path below `site-packages` or the standard library; own files give their stem. */
function pythonNames({ name, file }: FunctionSource): Parts {
  return { className: pythonClass(name), ...pythonModule(file) };
}

const locals = '<locals>.';

/** `Cart.add` has a class; functions inside functions start anew after `<locals>.`. */
function pythonClass(name: string): string {
  const nested = name.lastIndexOf(locals);
  const local = nested < 0 ? name : name.slice(nested + locals.length);
  return /(?:^|\.)(_*[A-Z]\w*)\.[^.]+$/.exec(local)?.[1] ?? '';
}

function pythonModule(file: string): Parts {
  const frozen = /^<frozen (?:zipimport|[\w.]+)>$/.test(file);
  if (frozen) {
    return { packageName: file.slice(8, -1), library: 'stdlib' };
  }
  const path = file
    .replaceAll('\\', '/')
    .replace(/\.pyc?$|\.pyx$/, '')
    .replace(/\/__init__$/, '');
  const installed = /(?:site|dist)-packages\/(.*)$/.exec(path)?.[1];
  if (installed !== undefined) {
    return { packageName: installed.replaceAll('/', '.'), library: installed.split('/', 1)[0] };
  }
  const standard = /\/(?:lib|Lib)(?:\/python\d(?:\.\d+)?t?|64\/python\d\.\d+|(?<=\/Lib))\/(.*)$/.exec(path)?.[1];
  return standard === undefined
    ? { packageName: baseName(path), library: libraryOr(undefined, file) }
    : { packageName: standard.replaceAll('/', '.'), library: 'stdlib' };
}

/** Node: the npm package below the last `node_modules`; `node:` files are the runtime's own. */
function nodeNames({ name, file }: FunctionSource): Parts {
  const className = /^([A-Z][\w$]*)\.[\w$#]+$/.exec(name)?.[1] ?? '';
  if (file.startsWith('node:')) {
    return { className, packageName: file, library: 'node' };
  }
  const at = file.lastIndexOf('node_modules/');
  const library = at < 0 ? undefined : /^(?:@[^/]+\/)?[^/]+/.exec(file.slice(at + 13))?.[0];
  return { className, packageName: library ?? '', library: libraryOr(library, file) };
}

/** JVM: `a/b/C.m`, `a.b.C.m` or `a/b/C$D.m(args)`. */
export function jvmNames(name: string): Parts {
  const bare = name.split('(', 1)[0];
  const dot = bare.lastIndexOf('.');
  if (dot <= 0) {
    return {};
  }
  const className = bare.slice(0, dot).replaceAll('/', '.');
  const packageName = className.slice(0, Math.max(0, className.lastIndexOf('.')));
  return { className, packageName, library: jvmLibrary(packageName) };
}

/** JDK, or the first two or three elements of the package, which name who publishes it. */
export function jvmLibrary(packageName: string): string {
  if (/^(java|javax|jdk|sun|com\.sun)(\.|$)/.test(packageName)) {
    return 'JDK';
  }
  const elements = packageName.split('.');
  const shared = /^(org\.(apache|eclipse|springframework)|com\.(google|github|amazonaws|fasterxml)|io\.github)\b/.test(
    packageName
  );
  return elements.slice(0, shared ? 3 : 2).join('.');
}

/** .NET: `|lm:Assembly |ns:Namespace |ct:Class |fn:Method …`. */
function dotnetNames({ name }: FunctionSource): Parts {
  const part = (key: string) => new RegExp(`\\|${key}:([^|]*)`).exec(name)?.[1].trim() ?? '';
  const packageName = part('ns');
  const type = part('ct');
  return { packageName, className: packageName && type ? `${packageName}.${type}` : type, library: part('lm') };
}

/** C++: the part before the last `::` is a class when it looks like one, else a namespace. */
function nativeNames({ name, mapping }: FunctionSource): Parts {
  return { ...scopedNames(withoutArguments(name)), library: baseName(mapping) };
}

/** Cuts templates and arguments: `std::vector<int>::at(unsigned long)` → `std::vector::at`. */
function withoutArguments(name: string): string {
  if (!name.includes('::')) {
    return name;
  }
  let depth = 0;
  let result = '';
  for (const character of name.replaceAll('(anonymous namespace)', '_anonymous_').replace(/operator.*$/, 'operator')) {
    depth += character === '<' ? 1 : character === '>' ? -1 : 0;
    if (character === '(' && depth === 0) {
      break;
    }
    result += depth === 0 && character !== '>' ? character : '';
  }
  return result.slice(result.lastIndexOf(' ') + 1);
}

function scopedNames(name: string): Parts {
  const scopes = name.split('::').slice(0, -1);
  const last = scopes.at(-1) ?? '';
  if (!/^[\w$]+$/.test(last)) {
    return {};
  }
  const isClass = /^[A-Z]/.test(last) || (scopes[0] === 'std' && scopes.length > 1);
  return isClass
    ? { className: scopes.join('::'), packageName: scopes.slice(0, -1).join('::') }
    : { packageName: scopes.join('::') };
}

/** Rust: `crate::module::Type::method::h0123456789abcdef`. */
function rustNames({ name }: FunctionSource): Parts {
  const path = /^<?([\w:]+)/.exec(name.replace(/::h[0-9a-f]{16}$/, ''))?.[1] ?? '';
  const whole = name.startsWith('<') ? `${path}::method` : path;
  const crate = whole.split('::', 1)[0];
  return whole.includes('::') ? { ...scopedNames(whole), library: crate } : {};
}

function phpNames({ name, file }: FunctionSource): Parts {
  const className = name.includes('::') ? name.slice(0, name.lastIndexOf('::')) : '';
  const scope = className === '' ? name : className;
  const packageName = scope.slice(0, Math.max(0, scope.lastIndexOf('\\')));
  return { className, packageName, library: libraryOr(/\/vendor\/([^/]+\/[^/]+)\//.exec(file)?.[1], file) };
}

function rubyNames({ name, file }: FunctionSource): Parts {
  const className = /^([A-Z][\w:]*)[#.]/.exec(name)?.[1] ?? '';
  const gem = /\/gems\/([A-Za-z][\w-]*?)-\d[^/]*\//.exec(file)?.[1];
  const standard = /\/lib\/ruby\/\d/.test(file) ? 'stdlib' : undefined;
  return {
    className,
    packageName: className.slice(0, Math.max(0, className.lastIndexOf('::'))),
    library: libraryOr(gem ?? standard, file),
  };
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
