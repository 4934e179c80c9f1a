import { defineApi2 } from '../../core/define-uapi.ts';
import { FILES } from '../../model/files/names.ts';
import { assertOperations, operate, OPERATIONS } from '../../model/files/operations.ts';

export default defineApi2({
  name: 'Fileman::fileop',
  since: null,
  summary: 'Copy, move, rename, delete or trash files of the account, or change their permissions.',
  description:
    'Each file has a row in the response. If one of them fails, its row has “result” 0 and the reason in “err”, and the ' +
    'others are still processed. Nothing is replaced: a destination that exists is an error, unless it is a directory, ' +
    'which gets the file.',
  feature: FILES,
  failureRow: 'result err',
  effect: 'calls',
  params: {
    op: {
      type: 'string',
      required: true,
      values: OPERATIONS,
      doc: 'What to do. Archives and links are not provided.',
    },
    sourcefiles: {
      type: 'string',
      required: true,
      maxLength: 100_000,
      doc: 'Comma-separated list of paths.',
    },
    destfiles: {
      type: 'string',
      default: '',
      maxLength: 100_000,
      doc: 'For copy, move and rename: one path, or a comma-separated list with one for each source.',
    },
    metadata: {
      type: 'string',
      pattern: { matches: /^0?[0-7]{3}$/, expects: 'an octal number such as 0644' },
      doc: 'For chmod: the permissions, in octal.',
    },
    doubledecode: {
      type: 'flag',
      default: 0,
      doc: 'Whether to decode the paths twice.',
      noEffectReason: 'Paths are decoded once.',
    },
  },
  returns: {
    fields: {
      result: { type: 'flag', doc: '1: it was done.' },
      src: { type: 'string', doc: 'The absolute path of the file.' },
      dest: { type: 'string', doc: 'Its new absolute path. Empty if it has none.' },
      err: { type: 'string', optional: true, doc: 'Why it failed.' },
    },
  },
  examples: [
    {
      args: { op: 'chmod', sourcefiles: 'public_html', metadata: '0750' },
      doc: 'Close the directory of the website to other users of the server.',
    },
  ],

  async handler({ op: operation, sourcefiles, destfiles, metadata }, { machine, caller, isDryRun }) {
    const work = {
      operation,
      sources: paths(sourcefiles),
      destinations: paths(destfiles),
      mode: metadata === undefined ? undefined : parseInt(metadata, 8),
    } as const;
    assertOperations(work);
    const files = await machine.userFiles(caller.user);
    return operate(files, work, isDryRun);
  },
});

function paths(list: string): string[] {
  return list.split(',').filter((path) => path !== '');
}
