// What a picture of the page shows of the frames that must be seen: how many are coloured, how many matches highlighted.

/** Greys have nearly equal parts of red, green and blue. */
const leastChroma = 14;
/** A match keeps its colour, or gets one of its own; what isn't found loses most of it. */
const chromaKept = 0.6;

/** Chroma (0 = grey … 255) of the pixels at some places of a PNG, read by a page of the same browser. */
async function chromaAt(browser, png, spots) {
  const page = await browser.newPage();
  try {
    return await page.evaluate(
      async ([data, places]) => {
        const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext('2d');
        context.drawImage(bitmap, 0, 0);
        const { data: pixels, width } = context.getImageData(0, 0, bitmap.width, bitmap.height);
        return places.map(({ x, y }) => {
          const at = (Math.floor(y) * width + Math.floor(x)) * 4;
          const parts = [...pixels.slice(at, at + 3)];
          return Math.max(...parts) - Math.min(...parts);
        });
      },
      [png.toString('base64'), spots]
    );
  } finally {
    await page.close();
  }
}

const percent = (part, whole) => (whole === 0 ? NaN : (100 * part) / whole);

/** Shares in percent; `during` is the page while the search is on. */
export async function seenShares(browser, spots, before, during) {
  const plain = await chromaAt(browser, before, spots);
  const found = await chromaAt(browser, during, spots);
  const coloured = plain.filter((chroma) => chroma >= leastChroma).length;
  const matches = spots.map((_, i) => i).filter((i) => spots[i].matches);
  const lit = matches.filter((i) => found[i] >= Math.max(leastChroma, chromaKept * plain[i])).length;
  return { frames: spots.length, coloured: percent(coloured, spots.length), highlighted: percent(lit, matches.length) };
}
