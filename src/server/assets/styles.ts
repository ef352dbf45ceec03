import { baseStyles } from "./styles-base.ts";
import { formStyles } from "./styles-form.ts";
import { pageStyles } from "./styles-page.ts";

/** The one stylesheet of all pages. */
export const stylesheet: string = [baseStyles, formStyles, pageStyles].join("\n");
