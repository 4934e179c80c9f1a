import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { root } from '../../src/app/app.ts';
import { onlyReads, type AnyFunction } from '../../src/core/define.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { toPrintable } from '../../src/core/envelope.ts';
import { errorKinds } from '../../src/core/errors.ts';
import { expectedErrors } from '../../src/core/expected-errors.ts';
import { index } from '../../src/functions/index.generated.ts';
import { loaders } from '../../src/functions/loaders.generated.ts';
import { openApiOfUapi } from '../../src/openapi/uapi.ts';
import { openApiOfWhm } from '../../src/openapi/whm.ts';
import type { Json } from '../../src/core/values.ts';
import { accountIndex } from '../../src/uapi/index.generated.ts';
import { loadAccountFunction } from '../../src/uapi/load.ts';
import { Installation } from '../support/installation.ts';
import { Terminal } from '../support/terminal.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters?: readonly Record<string, unknown>[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
    >;
  };
}
interface Document {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, { readonly get?: Operation; readonly post: Operation }>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
}

const names = Object.keys(index);
const functions: { family: string; fn: AnyFunction }[] = [];
let document: Document;
let ajv: Ajv;

beforeAll(async () => {
  for (const name of names) {
    const module = await loaders[name]?.();
    if (module !== undefined) functions.push({ family: index[name]?.family ?? '', fn: module.default });
  }
  document = openApiOfWhm('1.2.3', functions) as unknown as Document;
  ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'openapi');
});

/** The errors of a value according to a schema of the document. */
function faults(pointer: string, value: unknown): string[] {
  const validate = ajv.getSchema(`openapi#/components/${pointer}`);
  if (validate === undefined) throw new Error(`There is no ${pointer}.`);
  return validate(value) === true ? [] : [ajv.errorsText(validate.errors)];
}

/** Asks a public validator of OpenAPI 3.1. */
function validated(given: Document): { readonly status: number | null; readonly answer: unknown } {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-openapi-'));
  const path = join(folder, 'openapi.json');
  writeFileSync(path, JSON.stringify(given));
  const { status, stdout } = spawnSync('node_modules/.bin/validate-api', [path], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return { status, answer: JSON.parse(stdout) as unknown };
}

test('the document is valid for a public validator of OpenAPI 3.1', () => {
  expect(validated(document)).toEqual({ status: 0, answer: { valid: true } });
});

test('whmapi1 --openapi prints it, with the version of the program', async () => {
  const terminal = new Terminal();
  const { status, stdout, stderr } = await terminal.run('--openapi');
  terminal.remove();
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.endsWith('}\n')).toBe(true);
  const printed = JSON.parse(stdout) as Document;
  expect(printed.info.version).toMatch(/^\d+\.\d+\.\d+/);
  expect({ ...printed, info: document.info }).toEqual({
    ...document,
    info: expect.objectContaining({ title: 'WHM API 1' }) as unknown,
  });
});

test('every provided function has a path, and each operation has a unique name', () => {
  expect(Object.keys(document.paths)).toEqual(names.map((name) => `/json-api/${name}`));
  const operations = Object.values(document.paths).flatMap(({ get, post }) => (get ? [get, post] : [post]));
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  // If all arguments are one body, there is no other form of them.
  expect(operations.length).toBe(2 * names.length - functions.filter(({ fn }) => fn.rest).length);
});

test('every part of it is used, and no name has two meanings', () => {
  const text = JSON.stringify(document);
  const { components } = document;
  const unused = ['schemas', 'parameters', 'responses'].flatMap((kind) =>
    Object.keys(components[kind] ?? {}).filter((name) => !text.includes(`"#/components/${kind}/${name}"`)),
  );
  expect(unused).toEqual([]);
  expect(Object.keys(components.responses ?? {})).toHaveLength(names.length + 3);
  expect(Object.keys(components.examples ?? {})).toEqual(Object.keys(errorKinds));
});

test('every example fits what its function accepts', () => {
  expect(faults('schemas/version_arguments', {})).toEqual(["data must have required property 'api.version'"]);
  for (const { fn } of functions) {
    const { content } = document.paths[`/json-api/${fn.name}`]?.post.requestBody ?? { content: {} };
    const examples = Object.values(content['application/json']?.examples ?? {});
    expect(examples).toHaveLength(fn.examples.length);
    for (const { value } of examples) {
      expect([fn.name, faults(`schemas/${fn.name}_arguments`, value)]).toEqual([fn.name, []]);
    }
  }
});

test('every default fits its parameter', () => {
  for (const { fn } of functions) {
    for (const [name, { default: value }] of Object.entries(fn.params)) {
      if (value === undefined) continue;
      const { properties } = document.components.schemas?.[`${fn.name}_arguments`] ?? {};
      const { default: shown } = (properties as Record<string, { default: unknown }>)[name] ?? {};
      const args = { 'api.version': 1, [name]: shown };
      const found = faults(`schemas/${fn.name}_arguments`, args).join();
      // Other parameters are missing, which may be covered by a rule on several of them.
      const missing =
        /data must (?:have required property '\w+'|match a schema in anyOf|match exactly one schema in oneOf)(, )?/g;
      expect([fn.name, name, found.replaceAll(missing, '')]).toEqual([...[fn.name, name], '']);
    }
  }
});

test('the responses of functions fit the document, and no others do', async () => {
  const here = new Installation();
  let answered = 0;
  try {
    for (const { fn } of functions) {
      if (!onlyReads(fn.effect)) continue;
      for (const { args, setUp } of fn.examples) {
        if (setUp !== undefined) continue;
        const given = Object.entries(args).flatMap(([name, value]) =>
          [value].flat().map((one) => ({ name, value: one })),
        );
        const call = { command: fn.name, args: given, dryRun: false };
        const answer = toPrintable(await dispatch(call, root, here.engine));
        const schema = `responses/${fn.name}/content/application~1json/schema`;
        expect([fn.name, faults(schema, answer)]).toEqual([fn.name, []]);
        if (answer.data !== undefined) {
          expect(faults(schema, { ...answer, data: 'something else' })).not.toEqual([]);
        }
        answered += 1;
      }
    }
  } finally {
    here.remove();
  }
  expect(answered).toBeGreaterThan(30);
});

test('lists, flags, secrets, limits and parameters without effect are described', () => {
  const schemas = document.components.schemas ?? {};
  const property = (name: string, key: string): unknown =>
    (schemas[`${name}_arguments`]?.properties as Record<string, unknown>)[key];
  expect(property('twofactorauth_remove_user_config', 'user')).toMatchObject({ type: 'array' });
  expect(property('batch', 'abort_on_error')).toMatchObject({ type: 'integer', enum: [0, 1], default: 0 });
  expect(property('twofactorauth_set_tfa_config', 'secret')).toMatchObject({ format: 'password' });
  expect(property('createacct', 'uid')).toMatchObject({ minimum: 1000, maximum: 60_000 });
  expect(property('createacct', 'gid')).toMatchObject({ deprecated: true });
  expect(property('createacct', 'mailbox_format')).toMatchObject({ enum: ['maildir'] });
  expect(schemas.listaccts_arguments?.allOf).toContainEqual({ $ref: '#/components/schemas/list.arguments' });
  expect(schemas.version_arguments?.allOf).toEqual([{ $ref: '#/components/schemas/common.arguments' }]);
  expect(schemas.twofactorauth_set_tfa_config_for_user_arguments).toMatchObject({
    additionalProperties: true,
  });
});

test('the failures result from the description', () => {
  const of = (name: string) => {
    const { fn } = functions.find((one) => one.fn.name === name) ?? {};
    return fn === undefined ? [] : expectedErrors(fn);
  };
  expect(of('version')).toEqual([]);
  expect(of('applist')).toEqual(['bad_meta']);
  expect(of('createacct')).toEqual([
    ...['denied', 'missing_param', 'bad_param', 'busy', 'host_failed'],
    ...['store_insecure', 'store_unavailable'],
  ]);
});

describe('of UAPI', () => {
  const accountFunctions: { family: string; fn: AnyFunction }[] = [];
  let ofUapi: Document;
  let validator: Ajv;

  beforeAll(async () => {
    for (const name of Object.keys(accountIndex.uapi)) {
      const fn = await loadAccountFunction('uapi', name);
      if (fn !== undefined) accountFunctions.push({ family: name.split('::')[0] ?? '', fn });
    }
    ofUapi = openApiOfUapi('1.2.3', accountFunctions) as unknown as Document;
    validator = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    validator.addSchema(ofUapi, 'uapi');
  });

  const faultsOf = (pointer: string, value: unknown): string[] => {
    const validate = validator.getSchema(`uapi#/components/${pointer}`);
    if (validate === undefined) throw new Error(`There is no ${pointer}.`);
    return validate(value) === true ? [] : [validator.errorsText(validate.errors)];
  };

  test('the document is valid, and has a path for every function', () => {
    const answer = validated(ofUapi);
    expect(answer).toEqual({ status: 0, answer: { valid: true } });
    expect(Object.keys(ofUapi.paths)).toEqual(
      Object.keys(accountIndex.uapi).map((name) => `/execute/${name.replace('::', '/')}`),
    );
  });

  test('uapi --openapi prints it', async () => {
    const terminal = new Terminal();
    const { status, stdout } = await terminal.run('--uapi', '--openapi');
    terminal.remove();
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as Document).paths).toEqual(ofUapi.paths);
  });

  test('every example fits what its function accepts', () => {
    for (const { fn } of accountFunctions) {
      const name = fn.name.replace('::', '.');
      const { content } = ofUapi.paths[`/execute/${fn.name.replace('::', '/')}`]?.post.requestBody ?? {
        content: {},
      };
      const examples = Object.values(content['application/json']?.examples ?? {});
      expect(examples).toHaveLength(fn.examples.length);
      for (const { value } of examples) {
        expect([fn.name, faultsOf(`schemas/${name}_arguments`, value)]).toEqual([fn.name, []]);
      }
    }
  });

  test('the responses of functions fit the document, and no others do', async () => {
    const here = new Installation();
    let answered = 0;
    try {
      await here.call('createacct', { username: 'bob', domain: 'bob.example' });
      for (const { fn } of accountFunctions) {
        if (!onlyReads(fn.effect)) continue;
        for (const { args, setUp } of fn.examples) {
          if (setUp !== undefined) continue;
          const schema = `responses/${fn.name.replace('::', '.')}/content/application~1json/schema`;
          const answer = await here.uapi('bob', fn.name, args as Record<string, Json>);
          expect([fn.name, faultsOf(schema, answer)]).toEqual([fn.name, []]);
          if (answer.status === 1 && answer.data !== null) {
            expect(faultsOf(schema, { ...answer, data: undefined, status: 2 })).not.toEqual([]);
          }
          answered += 1;
        }
      }
    } finally {
      here.remove();
    }
    expect(answered).toBeGreaterThan(20);
  });
});
