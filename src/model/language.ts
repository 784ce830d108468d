/** Languages as the label `language` spells them. */
export const languages = ['python', 'java', 'go', 'node', 'cpp', 'dotnet', 'php', 'ruby', 'rust'] as const;
export type Language = (typeof languages)[number];

/**
 * Names found inside what tracers send. Those of up to four letters must stand alone (`go`, not `mongo`); longer ones may be
 * part of a word (`OpenJDK 64-Bit Server VM`).
 */
const aliases: Readonly<Record<Language, string>> = {
  python: 'python pypy py pyspy py-spy',
  java: 'java jvm openjdk hotspot graalvm kotlin scala clojure async-profiler jfr javaspy',
  go: 'go golang gospy',
  node: 'node nodejs javascript typescript js v8 bun deno nodespy',
  cpp: 'c++ cpp cxx c native ddprof gperftools clang gcc perf',
  dotnet: 'dotnet .net csharp c# clr coreclr netcore netframework dotnetspy',
  php: 'php zend hhvm phpspy',
  ruby: 'ruby jruby truffleruby mri rbspy',
  rust: 'rust pyroscope-rs',
};

/** Longest first: `javascript` contains `java`. */
const aliasList = languages
  .flatMap((language) => aliases[language].split(' ').map((alias) => ({ alias, language })))
  .sort((a, b) => b.alias.length - a.alias.length || (a.alias < b.alias ? -1 : 1));

/**
 * The language that the first telling one of the texts names; give them in the order language, runtime, family.
 * '' = not known.
 */
export function resolveLanguage(...texts: Array<string | undefined>): Language | '' {
  for (const text of texts) {
    const found = text === undefined ? undefined : aliasList.find(({ alias }) => names(text.toLowerCase(), alias));
    if (found) {
      return found.language;
    }
  }
  return '';
}

function names(text: string, alias: string): boolean {
  return alias.length > 4 ? text.includes(alias) : words(text).includes(alias);
}

/** `+`, `#` and a leading dot belong to names; versions like `python3.12` end a word. */
function words(text: string): string[] {
  return text.match(/\.?[a-z+#]+[0-9]*[+#]*/g)?.flatMap((word) => [word, word.replace(/[0-9]+$/, '')]) ?? [];
}
