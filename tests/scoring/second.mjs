// The second implementation, as the browser has it: questions come as lines of JSON on standard input, an
// answer goes out for each. {"input": TEXT} -> {"text": …} or {"fault": …};
// {"bundle": BASE64, "key", "program"} -> {"checks", "differences", "line"} or {"fault": …}.
import { createInterface } from "node:readline";
import { examine } from "../../contest/assets/js/verify/_checks.js";
import { compute } from "../../contest/assets/js/verify/_engine.js";
import { Fault, parse, text } from "../../contest/assets/js/verify/_json.js";

async function answer(question) {
  try {
    if (question.input !== undefined) return { text: text(compute(parse(Buffer.from(question.input)))) };
    const { checks, differences, line } = await examine(new Uint8Array(Buffer.from(question.bundle, "base64")), question);
    return { checks, differences, line };
  } catch (fault) {
    if (fault instanceof Fault) return { fault: { path: fault.path, vi: fault.vi, en: fault.en } };
    throw fault;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
