// V8's code caches differ from build to build and fit one version of Node only. The package is built without them;
// its postinst makes them for the Node that is installed.
import { pack, unpack } from '../../src/loader.cjs';

/** A file of dist/ as the build made it; other files stay as they are. */
export function withoutCodeCache(bytes: Buffer): Uint8Array {
  return /^\d+ *$/.test(bytes.toString('latin1', 0, 16)) ? pack(unpack(bytes).source) : bytes;
}
