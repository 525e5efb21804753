/** Whether Chinese text on a page is drawn with a real font, or as boxes for want of one. */

/** What stands on every page; simplified forms that Japanese fonts may lack among them. */
const SAMPLE = '市路口阶段绿灯拥堵预测处置';

/** Characters of `SAMPLE` that the page draws like a character no font has. */
export async function missingGlyphs(page) {
  return page.evaluate((sample) => {
    const canvas = document.createElement('canvas');
    canvas.width = 48;
    canvas.height = 48;
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    const family = getComputedStyle(document.body).fontFamily;
    const drawn = (text) => {
      pen.clearRect(0, 0, 48, 48);
      pen.font = `32px ${family}`;
      pen.textBaseline = 'top';
      pen.fillText(text, 4, 4);
      return pen.getImageData(0, 0, 48, 48).data.join();
    };
    const blank = drawn('');
    // Two characters that no font has: where the box shows their number, neither is like another.
    const boxes = new Set([drawn('\u{10FFFD}'), drawn('\u{10FFFC}'), blank]);
    const all = [...sample];
    const pictures = all.map(drawn);
    // Boxes of one form make different characters look alike.
    return all.filter(
      (_, k) =>
        boxes.has(pictures[k]) ||
        pictures.indexOf(pictures[k]) !== pictures.lastIndexOf(pictures[k]),
    );
  }, SAMPLE);
}

/** What to do about it. */
export const FONT_ADVICE =
  'this machine has no font with Chinese characters: install one (apt-get install fonts-noto-cjk)';
