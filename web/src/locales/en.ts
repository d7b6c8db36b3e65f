/** The English texts. */
import hall from "@/locales/en/hall";
import messages from "@/locales/en/messages";
import pages from "@/locales/en/pages";
import problems from "@/locales/en/problems";
import record from "@/locales/en/record";
import rooms from "@/locales/en/rooms";
import type { Texts } from "@/locales/zh";

const en: Texts = { ...pages, hall, problems, record, rooms, messages };

export default en;
