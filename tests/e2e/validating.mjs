// html-validate, for many questions: a line of JSON with files' paths in, what it finds in them out.
import { createInterface } from "node:readline";
import { HtmlValidate } from "html-validate";
import rules from "./html-validate.mjs";

const validator = new HtmlValidate(rules);
for await (const line of createInterface({ input: process.stdin })) {
  const found = await validator.validateMultipleFiles(JSON.parse(line));
  console.log(JSON.stringify(found.results));
}
