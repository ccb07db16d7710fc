"""Colours, spacing and type of the window."""

from __future__ import annotations

from pathlib import Path

import dearpygui.dearpygui as dpg

FONT = Path(__file__).parent / "fonts" / "DejaVuSansCondensed.ttf"
FONT_SIZE = 15
BACKGROUND = (19, 22, 29)
PANEL = (26, 30, 39)
FIELD = (38, 44, 56)
HOVERED = (52, 61, 78)
ACCENT = (232, 112, 48)
TEXT = (222, 226, 233)
DIM = (146, 155, 171)
GRID = (255, 255, 255, 22)

_COLORS = {
    "Text": TEXT,
    "TextDisabled": DIM,
    "WindowBg": BACKGROUND,
    "ChildBg": PANEL,
    "PopupBg": (30, 35, 46),
    "Border": (48, 55, 69),
    "FrameBg": FIELD,
    "FrameBgHovered": HOVERED,
    "FrameBgActive": (60, 70, 90),
    "TitleBg": PANEL,
    "TitleBgActive": (36, 42, 54),
    "MenuBarBg": PANEL,
    "ScrollbarBg": PANEL,
    "ScrollbarGrab": (62, 71, 90),
    "CheckMark": ACCENT,
    "SliderGrab": ACCENT,
    "SliderGrabActive": (255, 140, 70),
    "Button": (46, 54, 69),
    "ButtonHovered": (64, 75, 96),
    "ButtonActive": ACCENT,
    "Header": (54, 63, 81),
    "HeaderHovered": (64, 75, 96),
    "HeaderActive": (76, 88, 112),
    "Separator": (48, 55, 69),
    "Tab": FIELD,
    "TabHovered": HOVERED,
    "TabActive": (64, 75, 96),
}
_PLOT_COLORS = {
    "FrameBg": (0, 0, 0, 0),
    "PlotBg": (14, 16, 22),
    "PlotBorder": (48, 55, 69),
    "LegendBg": (20, 23, 31, 215),
    "LegendBorder": (48, 55, 69),
    "LegendText": TEXT,
    "AxisText": (178, 186, 199),
    "AxisGrid": GRID,
    "TitleText": TEXT,
}


def apply_theme() -> None:
    """Make the theme and the font the window's own."""
    with dpg.theme() as theme, dpg.theme_component(dpg.mvAll):
        for name, color in _COLORS.items():
            dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), color)
        for name, plot_color in _PLOT_COLORS.items():
            dpg.add_theme_color(getattr(dpg, f"mvPlotCol_{name}"), plot_color, category=dpg.mvThemeCat_Plots)
        for name, value in (
            ("FrameRounding", 4),
            ("ChildRounding", 6),
            ("GrabRounding", 4),
            ("WindowRounding", 6),
        ):
            dpg.add_theme_style(getattr(dpg, f"mvStyleVar_{name}"), value)
        for name, x, y in (("FramePadding", 8, 4), ("ItemSpacing", 7, 5), ("WindowPadding", 9, 8)):
            dpg.add_theme_style(getattr(dpg, f"mvStyleVar_{name}"), x, y)
        dpg.add_theme_style(dpg.mvPlotStyleVar_PlotPadding, 6, 5, category=dpg.mvThemeCat_Plots)
        dpg.add_theme_style(dpg.mvPlotStyleVar_LabelPadding, 3, 2, category=dpg.mvThemeCat_Plots)
        dpg.add_theme_style(dpg.mvPlotStyleVar_LineWeight, 1.6, category=dpg.mvThemeCat_Plots)
        dpg.add_theme_style(dpg.mvPlotStyleVar_LegendPadding, 6, 4, category=dpg.mvThemeCat_Plots)
    dpg.bind_theme(theme)
    _bind_font()


def _bind_font() -> None:
    if not FONT.is_file():  # an installation without package data: the built-in font will do
        dpg.set_global_font_scale(1.15)
        return
    with dpg.font_registry():
        font = dpg.add_font(str(FONT), FONT_SIZE)
    dpg.bind_font(font)


def heading(text: str) -> int | str:
    """A section's title."""
    return dpg.add_text(text.upper(), color=DIM)
