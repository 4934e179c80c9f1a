// The file of a new account for Apache has a condition around its virtual hosts (`unlessWaiting` in
// `src/capabilities/web/driver/virtual-hosts/apache/render-account.ts`), which every later change removes.

const START =
  /^<IfFile "[^"\n]*\/waiting-\w+">\n\t<IfDefine !whmapi1_checked>\n\t\tDefine whmapi1_waiting\n\t<\/IfDefine>\n<\/IfFile>\n<IfDefine !whmapi1_waiting>\n/m;
const END = '</IfDefine>\nUnDefine whmapi1_waiting\n';

/** The text without this condition. @throws if it has none. */
export function settled(text: string): string {
  if (!START.test(text) || !text.endsWith(END)) throw new Error('This is not the file of a new account.');
  return text.replace(START, '').slice(0, -END.length);
}
