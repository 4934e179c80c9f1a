import { renderUnicodeCompact } from 'uqr';

/** The text as a QR code for a terminal. The blocks are the light modules: white on black, whatever its colours. */
export function drawQrCode(text: string): string {
  const lines = renderUnicodeCompact(text, { border: 2 }).split('\n');
  return `${lines.map((line) => `\u001b[97;40m${line}\u001b[0m`).join('\n')}\n`;
}
