// html-validate, for many questions: a line of JSON with files' paths in, what it finds in them out.
import { createInterface } from "node:readline";
import { HtmlValidate, StaticConfigLoader } from "html-validate";
import rules from "./html-validate.mjs";

// All files have the same rules: resolved once, not for each file, which is a third of the work.
class OnceResolved extends StaticConfigLoader {
  getConfigFor(...asked) {
    this.resolved ??= super.getConfigFor(...asked);
    return this.resolved;
  }
}

const validator = new HtmlValidate(new OnceResolved(rules));
for await (const line of createInterface({ input: process.stdin })) {
  const found = await validator.validateMultipleFiles(JSON.parse(line));
  console.log(JSON.stringify(found.results));
}
