import { rmSync } from 'node:fs';

export default function removeTemporaryFolder(): void {
  const { folderInMemory } = globalThis;
  if (folderInMemory !== undefined) rmSync(folderInMemory, { recursive: true, force: true });
}
