// V8's code caches differ from build to build and fit one version of Node only. The package has none, so that the same
// sources give the same bytes; a start then compiles what it needs.
import { pack, unpack } from '../../src/loader/loader.cjs';

/** A file of dist/ as the build made it; other files stay as they are. */
export function withoutCodeCache(bytes: Buffer): Uint8Array {
  return /^\d+ *$/.test(bytes.toString('latin1', 0, 16)) ? pack(unpack(bytes).source) : bytes;
}
