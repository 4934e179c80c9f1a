import { rmSync } from 'node:fs';

export default function removeTemporaryFolders(): void {
  for (const folder of globalThis.temporaryFolders) rmSync(folder, { recursive: true, force: true });
}
