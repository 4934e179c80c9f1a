// The OpenAPI document of UAPI, as the port of the accounts (2083) provides it below /execute/.
import type { AnyFunction } from '../core/define.ts';
import { DATA } from '../core/define-uapi.ts';
import { accountAccessInWords } from '../core/describe.ts';
import { documentOf, componentOf, type Form, type PlacedFunction } from './document-form.ts';
import { dryRun, otherResponses, problemSchema, responses } from './components.ts';
import type { Schema } from './schemas.ts';

export function openApiOfUapi(version: string, functions: readonly PlacedFunction[]): Schema {
  const info = {
    title: 'UAPI',
    summary: 'The functions of UAPI that whmapi1d provides to accounts.',
    description: introduction,
    version,
  };
  return documentOf({ ...form, info }, functions);
}

const introduction = [
  'Call a function by GET with its arguments in the query, or by POST with them in the query, a form or a JSON object.',
  'The status is 200 even if a call fails. In that case `status` is 0 and `errors` has the reasons, which are sentences for people.',
  'If a parameter accepts several values, repeat it (`domain=a.example&domain=b.example`), number it (`domain-1=a.example`), or use a JSON array. Flags are 1 or 0. Unknown arguments are ignored with a warning.',
].join('\n\n');

const text = (description: string): Schema => ({ type: 'string', description });
const number = (description: string): Schema => ({ type: 'integer', description });

const listArguments: Record<string, Schema> = {
  'api.filter_column': text(
    'Keep only rows whose column matches. Further filters end with _0, _1 and so on.',
  ),
  'api.filter_term': text('The text or number that the column is compared with.'),
  'api.filter_type': {
    ...text('How the column is compared.'),
    enum: [
      ...['contains', 'begins', 'ends', 'matches', 'eq', 'ne', 'lt', 'gt', 'lt_handle_unlimited'],
      ...['gt_handle_unlimited', 'defined', 'undefined'],
    ],
    default: 'contains',
  },
  'api.sort_column': text('Sort by this column. Further keys end with _0, _1 and so on.'),
  'api.sort_method': {
    ...text('How values are compared.'),
    enum: ['lexicographic', 'numeric', 'numeric_zero_as_max', 'ipv4'],
    default: 'lexicographic',
  },
  'api.sort_reverse': { type: 'integer', enum: [0, 1], description: '1: the last value first.', default: 0 },
  'api.paginate_start': number('The first row of the page, counted from 1.'),
  'api.paginate_size': number('The number of rows of a page.'),
  'api.columns_1': text('Return only this column. Further columns end with _2, _3 and so on.'),
};

const common: Record<string, Schema> = { 'api.dry_run': dryRun };

const securitySchemes = {
  token: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: '`cpanel USER:TOKEN`, with an API token of the account (Tokens::create_full_access).',
  },
  password: {
    type: 'http',
    scheme: 'basic',
    description:
      'The password of the account. Accounts with two-factor authentication send the current code in the header ' +
      'X-CPANEL-OTP.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'cpsession',
    description:
      'The cookie of a login (POST /login with user and pass). The path then begins with the security token from the ' +
      'login’s response: /cpsess0123456789/execute/DomainInfo/list_domains.',
  },
} satisfies Schema;

const sentences: Schema = { type: ['array', 'null'], items: { type: 'string' } };

const schemas: Schema = {
  'common.arguments': { type: 'object', properties: common },
  'list.arguments': {
    type: 'object',
    description: 'How to filter, sort and page the list, and which columns to return.',
    properties: listArguments,
  },
  answer: {
    type: 'object',
    required: ['status', 'data', 'errors', 'messages', 'warnings', 'metadata'],
    properties: {
      status: { type: 'integer', enum: [0, 1], description: '1 if the call succeeded, otherwise 0.' },
      errors: { ...sentences, description: 'The reasons of a failure. Null if the call succeeded.' },
      messages: sentences,
      warnings: sentences,
      metadata: {
        type: 'object',
        properties: {
          task: number('The ID of the task that the call started and that continues after it.'),
          dry_run: { type: 'integer', const: 1, description: '1 in a dry run: no changes were saved.' },
          transformed: { type: 'integer', const: 1, description: '1 if list options were applied.' },
          filter: { type: 'object', properties: { records_before_filter: { type: 'integer' } } },
          paginate: {
            type: 'object',
            properties: Object.fromEntries(
              ['total_pages', 'total_results', 'current_page', 'results_per_page', 'start_result'].map(
                (name) => [name, { type: 'integer' }],
              ),
            ),
          },
        },
      },
    },
  },
  failure: {
    allOf: [{ $ref: '#/components/schemas/answer' }],
    properties: { status: { const: 0 }, data: { type: 'null' }, errors: { type: 'array' } },
  },
  problem: problemSchema,
};

const form: Omit<Form, 'info'> = {
  plainServer: 'With a token or a password.',
  securitySchemes,
  parameters: Object.fromEntries(
    Object.entries({ ...common, ...listArguments }).map(([name, { description = '', ...schema }]) => [
      name,
      { name, in: 'query', description, schema },
    ]),
  ),
  queryParams: { common: Object.keys(common), list: Object.keys(listArguments) },
  responses,
  schemas,
  examples: {},
  fixedArguments: {},
  pathOf: ({ name }) => `/execute/${name.replace('::', '/')}`,
  otherResponses,
  accessInWords: accountAccessInWords,
  envelopeOf,
  failuresOf: () => ({}),
};

function envelopeOf(fn: AnyFunction): Schema {
  const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
  // The description has the data as the only field of a hash (define-uapi.ts).
  const data: Schema =
    fn.returns === null
      ? { type: 'null' }
      : { $ref: `#/components/schemas/${componentOf(fn)}_data/properties/${DATA}` };
  const success = { allOf: [ref('answer')], properties: { status: { const: 1 }, data } };
  return { anyOf: [success, ref('failure')] };
}
