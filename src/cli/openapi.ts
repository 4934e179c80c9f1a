// `--openapi`: prints the OpenAPI document of the provided functions.
import { version } from '../app.ts';
import { openApi } from '../core/openapi.ts';
import { index } from '../functions/index.generated.ts';
import { loadFunction } from '../functions/load.ts';
import type { Io } from './io.ts';

export async function printOpenApi(io: Io): Promise<number> {
  const functions = await Promise.all(
    Object.entries(index).map(async ([name, { family }]) => {
      const fn = await loadFunction(name);
      return fn === undefined ? [] : [{ family, fn }];
    }),
  );
  io.stdout.write(`${JSON.stringify(openApi(version, functions.flat()), undefined, 2)}\n`);
  return 0;
}
