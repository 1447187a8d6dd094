// Light or dark is settled here, before anything is drawn: what the visitor chose earlier, or else
// what their system has. The cookie tells the server in which colours to draw the first figures.
vuetifyThemes = { light: { dark: false, colors: {} }, dark: { dark: true, colors: {} } };
const lilliputChosen = localStorage.getItem(":solara:theme.variant");
const lilliputDark = inDarkMode() || (!lilliputChosen && prefersDarkScheme());
theme.variant = lilliputDark ? "dark" : "light";
document.documentElement.classList.add("lp-" + theme.variant);
appContainer.classList.remove("theme--light", "theme--dark");
appContainer.classList.add("theme--" + theme.variant);
document.cookie = "lilliput-look=" + theme.variant + "; path=/; samesite=strict";
