/** Where a profile of a request belongs: the public id, and which of the requests joined under that id it is. */
export interface Place {
  readonly id: string;
  /** 0 = the first, which makes the profile; see docs/adr/0008-parts-of-a-profile.md. */
  readonly part: number;
}

/** Id and part as one text, as rows of `profiles` are looked up by it. */
export function placeKey({ id, part }: Place): string {
  return `${id}/${part}`;
}

/**
 * Ids of the profiles of a request that was stored before it was read, so that its record could only name the first: the same
 * at every reading. They differ in the last four digits.
 */
export function ownPlaces(id: string, count: number): Place[] {
  const last = parseInt(id.slice(-4), 16);
  return Array.from({ length: count }, (_, index) => ({
    id: id.slice(0, -4) + (last ^ index).toString(16).padStart(4, '0'),
    part: 0,
  }));
}

/** What all ids of `ownPlaces` begin with. */
export function ownPrefix(id: string): string {
  return id.slice(0, -4);
}
