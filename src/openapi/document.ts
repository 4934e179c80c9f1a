// The OpenAPI documents as text. They need the descriptions of all functions, so the build creates them once and replaces
// this module with one that reads the files (scripts/build/ready.ts).
import { version } from '../../package.json';
import { index } from '../functions/index.generated.ts';
import { loadFunction } from '../functions/load.ts';
import { accountIndex } from '../uapi/index.generated.ts';
import { loadAccountFunction } from '../uapi/load.ts';
import type { AnyFunction } from '../core/define.ts';
import type { PlacedFunction } from './document-form.ts';
import { openApiOfUapi } from './uapi.ts';
import { openApiOfWhm } from './whm.ts';

export const documentedApis = ['whm', 'uapi'] as const;
export type DocumentedApi = (typeof documentedApis)[number];

export async function openApiDocument(api: DocumentedApi): Promise<string> {
  const document =
    api === 'whm'
      ? openApiOfWhm(
          version,
          await placed(Object.keys(index), loadFunction, (name) => index[name]?.family ?? ''),
        )
      : openApiOfUapi(
          version,
          await placed(
            Object.keys(accountIndex.uapi),
            (name) => loadAccountFunction('uapi', name),
            (name) => name.split('::')[0] ?? '',
          ),
        );
  return JSON.stringify(document);
}

async function placed(
  names: readonly string[],
  load: (name: string) => Promise<AnyFunction | undefined>,
  familyOf: (name: string) => string,
): Promise<PlacedFunction[]> {
  const functions = await Promise.all(
    names.map(async (name) => {
      const fn = await load(name);
      return fn === undefined ? [] : [{ family: familyOf(name), fn }];
    }),
  );
  return functions.flat();
}
