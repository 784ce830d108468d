/** Control characters and marks that turn the direction of the text around them. */
const invisible = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const longestShown = 2048;

/** A name from a profile as one line of text that can't disturb what stands beside it. */
export function displayName(name: string): string {
  const cut = name.length > longestShown ? `${name.slice(0, longestShown)}…` : name;
  return cut === '' ? '(no name)' : cut.replace(invisible, '·');
}

/** The name without the path before its last `/` (Go import paths, files). */
export function shortName(name: string): string {
  const start = name.search(/[(<[]/);
  const slash = name.lastIndexOf('/', start < 0 ? name.length : start);
  return name.slice(slash + 1);
}

/** What of a name fits into `characters` cells; '' where not even two do. */
export function fitName(name: string, characters: number): string {
  if (characters < 2) {
    return '';
  }
  if (name.length <= characters) {
    return name;
  }
  const short = shortName(name);
  return short.length <= characters ? short : `${short.slice(0, characters - 1)}…`;
}
