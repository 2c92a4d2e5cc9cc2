<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

/**
 * Lets tests of the plugin's own rules run without Moodle: the few things of Moodle that they touch, and an autoloader.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\standalone\strings;

// phpcs:disable PSR1.Classes.ClassDeclaration.MultipleClasses, moodle.Files.MoodleInternal

define('MOODLE_INTERNAL', true);
define('MINSECS', 60);

spl_autoload_register(function (string $class): void {
    $prefix = 'mod_lticontainer\\';
    if (!str_starts_with($class, $prefix)) {
        return;
    }
    $path = str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
    $place = str_starts_with($path, 'standalone/')
        ? __DIR__ . '/' . substr($path, strlen('standalone/'))
        : dirname(__DIR__, 2) . "/classes/$path";
    if (is_file($place)) {
        require_once($place);
    }
});

/**
 * Stands for Moodle's exception.
 */
class moodle_exception extends Exception {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var string Name of the string. */
        public $errorcode,
        /** @var string Its component. */
        public $module = '',
        /** @var string Unused. */
        public $link = '',
        /** @var mixed What the string takes. */
        public $a = null,
        /** @var string|null More for developers. */
        public $debuginfo = null,
    ) {
        parent::__construct(get_string($errorcode, $module, $a));
    }
}

/**
 * Stands for Moodle's function: reads the plugin's own strings.
 *
 * @param string $name Name of the string.
 * @param string $component Its component.
 * @param mixed $a What it takes.
 * @return string
 */
function get_string(string $name, string $component = '', mixed $a = null): string {
    return strings::get($name, $a);
}

/**
 * Stands for Moodle's function.
 *
 * @return string
 */
function current_language(): string {
    return strings::$language;
}
