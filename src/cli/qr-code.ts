import { renderUnicodeCompact } from 'uqr';

/**
 * Draws a QR code for a terminal. Blocks are the light modules. They are white on black, whatever the terminal's
 * colours.
 */
export function drawQrCode(text: string): string {
  const lines = renderUnicodeCompact(text, { border: 2 }).split('\n');
  return `${lines.map((line) => `\u001b[97;40m${line}\u001b[0m`).join('\n')}\n`;
}
