import { renderUnicodeCompact } from 'uqr';

/** The text as a QR code made of half blocks, for a terminal: dark on light whatever the terminal's colours. */
export function drawQrCode(text: string): string {
  const lines = renderUnicodeCompact(text, { border: 2 }).split('\n');
  return `${lines.map((line) => `\u001b[30;47m${line}\u001b[0m`).join('\n')}\n`;
}
