import { defineComponent } from "convex/server";
import { v } from "convex/values";
import archive from "./archive/convex.config.js";

const component = defineComponent("ledger", { env: { CURRENCY: v.optional(v.string()), ROUNDING: v.string() } });
component.use(archive, { env: { ROUNDING: component.env.ROUNDING } });

export default component;
