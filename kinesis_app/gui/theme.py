"""Colours, spacing and type of the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg

FONT = Path(__file__).parent / "fonts" / "DejaVuSansCondensed.ttf"
FONT_SIZE = 15
ACCENT = (232, 112, 48)
Color = tuple[int, ...]
_PALETTES: dict[str, dict[str, Color]] = {
    "dark": {
        "background": (19, 22, 29), "panel": (26, 30, 39), "popup": (30, 35, 46), "field": (38, 44, 56),
        "hovered": (52, 61, 78), "active": (64, 75, 96), "button": (46, 54, 69), "border": (48, 55, 69),
        "text": (222, 226, 233), "dim": (146, 155, 171), "grab": (62, 71, 90),
    },
    "light": {
        "background": (226, 229, 234), "panel": (243, 245, 248), "popup": (252, 252, 253),
        "field": (218, 222, 229), "hovered": (200, 207, 218), "active": (184, 194, 209),
        "button": (209, 215, 224), "border": (190, 197, 208), "text": (26, 30, 38), "dim": (92, 101, 117),
        "grab": (160, 170, 186),
    },
}  # fmt: skip
_ROLES = {
    "Text": "text", "TextDisabled": "dim", "WindowBg": "background", "ChildBg": "panel", "PopupBg": "popup",
    "Border": "border", "FrameBg": "field", "FrameBgHovered": "hovered", "FrameBgActive": "active",
    "TitleBg": "panel", "TitleBgActive": "field", "MenuBarBg": "panel", "ScrollbarBg": "panel",
    "ScrollbarGrab": "grab", "Button": "button", "ButtonHovered": "active", "Header": "hovered",
    "HeaderHovered": "active", "HeaderActive": "active", "Separator": "border", "Tab": "field",
    "TabHovered": "hovered", "TabActive": "active", "TableRowBgAlt": "field", "TableHeaderBg": "button",
    "ResizeGrip": "grab", "ResizeGripHovered": "active", "ResizeGripActive": "active",
}  # fmt: skip
_ACCENTED = ("CheckMark", "ButtonActive", "PlotHistogram")
# Plots are dark in both themes: the colour maps and the lines are made for it.
_PLOT_COLORS = {
    "FrameBg": (0, 0, 0, 0), "PlotBg": (14, 16, 22), "PlotBorder": (48, 55, 69),
    "LegendBg": (20, 23, 31, 215), "LegendBorder": (48, 55, 69), "LegendText": (222, 226, 233),
    "AxisGrid": (255, 255, 255, 22),
}  # fmt: skip
_dim_items: list[int | str] = []
_sized: dict[int | str, tuple[int, int]] = {}


def build_themes() -> None:
    """Create the themes and the font; :func:`apply` chooses."""
    for name, palette in _PALETTES.items():
        with dpg.theme(tag=f"theme_{name}"), dpg.theme_component(dpg.mvAll):
            _add_colors(palette)
            _add_styles()
        _add_disabled(f"theme_{name}", palette["dim"])
    for tag, color in (
        ("accent_button", (*ACCENT, 190)),
        ("lit_button", (70, 112, 150, 200)),
        ("chip_button", (170, 110, 20, 220)),
    ):
        with dpg.theme(tag=tag), dpg.theme_component(dpg.mvButton):
            dpg.add_theme_color(dpg.mvThemeCol_Button, color)
            dpg.add_theme_color(dpg.mvThemeCol_Text, (250, 250, 250))
    for tag, shade in (("warning_text", (235, 105, 85)), ("dim_text", (128, 137, 153))):
        with dpg.theme(tag=tag), dpg.theme_component(dpg.mvText):
            dpg.add_theme_color(dpg.mvThemeCol_Text, shade)
    with dpg.theme(tag="no_padding"), dpg.theme_component(dpg.mvChildWindow):
        dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, 0, 0)
    with dpg.theme(tag="toast_theme"), dpg.theme_component(dpg.mvAll):
        dpg.add_theme_color(dpg.mvThemeCol_WindowBg, (24, 28, 37, 245))
        dpg.add_theme_color(dpg.mvThemeCol_Border, (70, 80, 100))
    if FONT.is_file():  # else an installation without package data: the built-in font will do
        with dpg.font_registry():
            dpg.bind_font(dpg.add_font(str(FONT), FONT_SIZE))


def apply(name: str, scale: float) -> None:
    """Use the theme ``dark`` or ``light``, with everything ``scale`` times as large."""
    dpg.bind_theme(f"theme_{name}")
    dpg.set_global_font_scale(scale)
    for item in _dim_items:
        if dpg.does_item_exist(item):
            dpg.configure_item(item, color=_PALETTES[name]["dim"])
    for item, (width, height) in _sized.items():
        if dpg.does_item_exist(item):
            size = {"width": round(width * scale)} if width else {}
            dpg.configure_item(item, **size, **({"height": round(height * scale)} if height else {}))


def sized(item: int | str, width: int = 0, height: int = 0) -> int | str:
    """Remember the size of an item at font scale 1 [pixels], so that it grows with the text."""
    _sized[item] = (width, height)
    return item


def dim(text: str, **kwargs: Any) -> int | str:
    """Less important text."""
    item = dpg.add_text(text, **kwargs)
    _dim_items.append(item)
    return item


def text_width(text: str) -> float:
    """Of one line in the window's font, as large as it is shown [pixels]."""
    size = dpg.get_text_size(text)
    return float(size[0]) * dpg.get_global_font_scale() if size else 0.0


def heading(text: str) -> int | str:
    """A section's title."""
    return dim(text.upper())


def _add_colors(palette: dict[str, Color]) -> None:
    for name, role in _ROLES.items():
        dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), palette[role])
    for name in _ACCENTED:
        dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), ACCENT)
    for name in ("SliderGrab", "SliderGrabActive"):  # the number under it must stay readable
        dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), (*ACCENT, 150))
    colors = {**_PLOT_COLORS, "AxisText": palette["dim"], "TitleText": palette["text"]}
    for name, color in colors.items():
        dpg.add_theme_color(getattr(dpg, f"mvPlotCol_{name}"), color, category=dpg.mvThemeCat_Plots)


def _add_disabled(parent: str, color: Color) -> None:
    """What cannot be used now is written as less important text."""
    for kind in (dpg.mvButton, dpg.mvSliderFloat):
        with dpg.theme_component(kind, enabled_state=False, parent=parent):
            dpg.add_theme_color(dpg.mvThemeCol_Text, color)
            dpg.add_theme_color(dpg.mvThemeCol_SliderGrab, (*color[:3], 60))


def _add_styles() -> None:
    for name, value in (
        ("FrameRounding", 4),
        ("ChildRounding", 6),
        ("GrabRounding", 4),
        ("WindowRounding", 6),
        ("TabRounding", 4),
    ):
        dpg.add_theme_style(getattr(dpg, f"mvStyleVar_{name}"), value)
    for name, x, y in (("FramePadding", 8, 4), ("ItemSpacing", 7, 5), ("WindowPadding", 9, 8)):
        dpg.add_theme_style(getattr(dpg, f"mvStyleVar_{name}"), x, y)
    for name, values in (
        ("PlotPadding", (6, 5)),
        ("LabelPadding", (3, 2)),
        ("LineWeight", (1.6,)),
        ("LegendPadding", (6, 4)),
    ):
        style = getattr(dpg, f"mvPlotStyleVar_{name}")
        dpg.add_theme_style(style, *values, category=dpg.mvThemeCat_Plots)
