// What html-validate asks of our pages: all that it recommends, but for matters of taste.
import { defineConfig } from "html-validate";

export default defineConfig({
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    "doctype-style": ["error", { style: "lowercase" }],
    // A list of choices sends one name several times, as forms always have.
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "button", "submit"] }],
    // A title ends with the contest's own name, which may be long.
    "long-title": "off",
    // Tables become cards on a phone, and would lose their roles with `display: block`.
    "no-redundant-role": "off",
    // A list without markers is no list to Safari unless it says so.
    "prefer-native-element": ["error", { exclude: ["list"] }],
    // A reader cannot tell.
    "no-trailing-whitespace": "off",
  },
});
