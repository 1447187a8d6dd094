// Light or dark is settled here, before anything is drawn: what the visitor chose earlier, or else
// what their system has.
vuetifyThemes = { light: { dark: false, colors: {} }, dark: { dark: true, colors: {} } };
const lilliputChosen = localStorage.getItem(":solara:theme.variant");
const lilliputDark = inDarkMode() || (!lilliputChosen && prefersDarkScheme());
theme.variant = lilliputDark ? "dark" : "light";
document.documentElement.classList.add("lp-" + theme.variant);
appContainer.classList.remove("theme--light", "theme--dark");
appContainer.classList.add("theme--" + theme.variant);
// The page is in English and may be enlarged, of which Solara's frame says nothing or the contrary.
document.documentElement.lang = "en";
document.querySelector("meta[name=viewport]").content = "width=device-width, initial-scale=1";
// What draws the charts comes while the server makes ready what they show.
import("/static/assets/charts.js");
