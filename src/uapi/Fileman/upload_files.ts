import { defineUapi } from '../../core/define-uapi.ts';
import { ApiError, badParam } from '../../core/errors.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { measureOwnFiles } from '../../life/rules/own-usage.ts';
import { diskInfo, diskInfoFields } from '../../life/rules/files/disk-info.ts';
import { FILES, permissionsParam } from '../../capabilities/files/rules/names.ts';
import { placeUploads } from '../../capabilities/files/rules/uploads.ts';

export default defineUapi({
  name: 'Fileman::upload_files',
  since: 44,
  summary: 'Upload files to a directory of the account.',
  description:
    'Send the files as multipart/form-data to the port of accounts: ' +
    'curl -F file-1=@photo.jpg -F dir=public_html https://HOST:2083/execute/Fileman/upload_files. ' +
    'Nothing else can upload files: not the command line, and not the functions uapi_cpanel and cpanel of WHM. ' +
    'Each file is stored completely or not at all. The call fails if no file is stored.',
  feature: FILES,
  effect: 'calls',
  params: {
    dir: { type: 'string', default: '', doc: 'The directory. Default: the home directory.' },
    file: { type: 'string', list: true, required: true, doc: 'The files: file-1, file-2 and so on.' },
    overwrite: { type: 'flag', default: 0, doc: '1: replace files that have the same names.' },
    permissions: { ...permissionsParam, default: '0644', doc: 'The permissions of the files, in octal.' },
    get_disk_info: {
      type: 'flag',
      default: 0,
      alias: ['getdiskinfo'],
      doc: '1: add the disk space of the account after the upload.',
    },
  },
  returns: {
    fields: {
      uploads: {
        list: {
          fields: {
            file: { type: 'string', doc: 'The name of the file.' },
            status: { type: 'flag', doc: '1: it was uploaded.' },
            reason: { type: 'string', doc: 'Why it was not uploaded.' },
            size: { type: 'integer', doc: 'Its size in bytes.' },
            warnings: { list: { type: 'string' }, doc: 'Always empty.' },
          },
        },
        doc: 'The files, in the order of their arrival.',
      },
      succeeded: { type: 'integer', doc: 'How many files were uploaded.' },
      failed: { type: 'integer', doc: 'How many files were not uploaded.' },
      warned: { type: 'integer', doc: 'How many files have warnings: always 0.' },
      diskinfo: { fields: diskInfoFields, optional: true, doc: 'The disk space, with get_disk_info=1.' },
    },
  },
  examples: [
    {
      args: { dir: 'public_html', file: ['photo.jpg'] },
      doc: 'An error from the command line, which cannot send files.',
      fails: 'bad_param',
    },
  ],

  async handler(args, context) {
    const { dir: directory, file: named, overwrite: overwrites, permissions } = args;
    const { uploads = [], machine, caller, isDryRun, transaction } = context;
    if (uploads.length === 0 || uploads.length !== named.length) {
      throw badParam(
        'Each parameter “file-1”, “file-2” … must be a file of a multipart/form-data body, which is sent by POST ' +
          'to /execute/Fileman/upload_files on the port of accounts (2083).',
      );
    }
    const files = await machine.userFiles(caller.user);
    // Fails unless it is a directory.
    await files.list(directory, { limit: 1 });
    const mode = parseInt(permissions, 8);
    const rows = await placeUploads(files, uploads, { directory, mode, overwrites, isDryRun });
    const failed = rows.filter(({ status }) => status === 0);
    if (failed.length === rows.length) {
      throw new ApiError('host_failed', failed.map(({ file, reason }) => `“${file}”: ${reason}`).join(' '));
    }
    const answer = {
      uploads: rows,
      succeeded: rows.length - failed.length,
      failed: failed.length,
      warned: 0,
    };
    if (!args.get_disk_info) return answer;
    const measured = await measureOwnFiles(context);
    const diskinfo = await transaction('reads', async (db) =>
      diskInfo(db, await accounts.getOwn(db, caller), measured),
    );
    return { ...answer, diskinfo };
  },
});
