import { defineApi2 } from '../../core/define-uapi.ts';
import { FILES } from '../../capabilities/files/rules/names.ts';
import { assertOperations, operate, OPERATIONS } from '../../capabilities/files/rules/operations.ts';

export default defineApi2({
  name: 'Fileman::fileop',
  since: null,
  summary: 'Copy, move, rename, delete, unpack or pack files of the account, or change their permissions.',
  description:
    'Each file has a row in the response. If one of them fails, its row has “result” 0 and the reason in “err”, and the ' +
    'others are still processed. Nothing is replaced: a destination that exists is an error, unless it is a directory, ' +
    'which gets the file. Only “extract” replaces files, with those of the archive. An archive is checked first: one ' +
    'that is damaged, encrypted, has names or links that lead out, or has more than 1024 MiB of content (or more than 20 ' +
    'times its own size, if that is more) changes nothing.',
  feature: FILES,
  failureRow: 'result err',
  effect: 'calls',
  params: {
    op: {
      type: 'string',
      required: true,
      values: OPERATIONS,
      doc:
        'What to do. extract: unpack archives (zip, tar, tar.gz, tar.bz2, gz, bz2). compress: pack all sources into one ' +
        'archive. link: create a symbolic link to the source.',
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
      doc:
        'For copy, move, rename and link: one path, or a comma-separated list with one for each source. For compress: ' +
        'the archive. For extract: the directory, which is created if it does not exist. Default for extract: the ' +
        'directory of the archive.',
    },
    metadata: {
      type: 'string',
      default: '',
      doc:
        'For chmod: the permissions, in octal, such as 0644. For compress: zip, tar, tar.gz or tar.bz2; or gz or bz2 ' +
        'for one file. Default for compress: the ending of the archive’s name.',
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
    {
      args: { op: 'compress', sourcefiles: 'public_html', destfiles: 'website.zip' },
      doc: 'Pack the files of the website.',
    },
    {
      args: { op: 'extract', sourcefiles: 'website.tar.gz', destfiles: 'public_html' },
      doc: 'Unpack an archive over the files of the website.',
    },
  ],

  async handler({ op: operation, sourcefiles, destfiles, metadata }, { machine, caller, isDryRun }) {
    const work = {
      operation,
      sources: paths(sourcefiles),
      destinations: paths(destfiles),
      metadata,
    } as const;
    assertOperations(work);
    const files = await machine.userFiles(caller.user);
    return operate(files, work, isDryRun);
  },
});

function paths(list: string): string[] {
  return list.split(',').filter((path) => path !== '');
}
