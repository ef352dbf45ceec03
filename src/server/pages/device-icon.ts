import type { DeviceKind } from "../../http/device-name.ts";
import { html, type Html } from "./html.ts";

const drawings: Readonly<Record<DeviceKind, string>> = {
  computer: "M4 5.5h16v10H4zM2 19h20",
  phone: "M7.5 2.5h9a1 1 0 0 1 1 1v17a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-17a1 1 0 0 1 1-1zM11 18.5h2",
  tablet: "M5 2.5h14a1 1 0 0 1 1 1v17a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-17a1 1 0 0 1 1-1zM11 18.5h2",
  program: "M3 4.5h18v15H3zM6.5 9l3 3-3 3M12 15h5",
  unknown:
    "M12 21.5a9.5 9.5 0 1 0 0-19 9.5 9.5 0 0 0 0 19zM9.3 9.5a2.8 2.8 0 1 1 4 2.6c-.9.4-1.3 1-1.3 2M12 17v.2",
};

/** A line drawing of a device. Decoration: its name stands beside it. */
export function deviceIcon(kind: DeviceKind): Html {
  return html`<svg class="device-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d="${drawings[kind]}" />
  </svg>`;
}
