// `--openapi`: the OpenAPI document of the functions that work.
import { version } from '../app.ts';
import { openApi } from '../core/openapi.ts';
import { index } from '../functions/index.generated.ts';
import { loaders } from '../functions/loaders.generated.ts';
import type { Io } from './io.ts';

export async function printOpenApi(io: Io): Promise<number> {
  const functions = await Promise.all(
    Object.entries(loaders).map(async ([name, load]) => ({
      family: index[name]?.family ?? '',
      fn: (await load()).default,
    })),
  );
  io.stdout.write(`${JSON.stringify(openApi(version, functions), undefined, 2)}\n`);
  return 0;
}
