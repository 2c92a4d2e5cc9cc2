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

namespace mod_lticontainer\form;

use mod_lticontainer\local\revision;
use moodleform;

defined('MOODLE_INTERNAL') || die();

require_once($CFG->libdir . '/formslib.php');

/**
 * The form of an activity's custom parameters.
 *
 * Custom data: `choices`, an answer of get_param_choices, or null; `stored`, the values that are stored; `volumes`, how
 * many of them are volumes.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class lti_form extends moodleform {
    /** @var string Id of the form, which the button that saves names. */
    public const ID = 'mod_lticontainer_lti_form';

    /** @var string[] Roles of volumes. */
    private const ROLES = ['task', 'submit', 'personal'];

    #[\Override]
    public function definition() {
        $this->_form->updateAttributes(['id' => self::ID]);
        $this->people();
        $this->container();
        $this->volumes();
        $this->add_action_buttons(true, get_string('lti_review', 'mod_lticontainer'));
    }

    /**
     * Offers images. What is chosen stays, whether it is among them or not.
     *
     * @param string[] $names Their names.
     */
    public function offer_images(array $names): void {
        $element = $this->_form->getElement('image');
        $known = array_column(array_column($element->_options, 'attr'), 'value');
        foreach (array_diff($names, $known) as $name) {
            $element->addOption(s($name), $name);
        }
    }

    /**
     * Shows findings at the fields that they are about.
     *
     * @param revision $revision What the service made of what was typed.
     */
    public function show_errors(revision $revision): void {
        foreach ($revision->findings as $finding) {
            $name = substr($finding->text('field'), strlen('lms_'));
            if ($finding->text('severity') === 'error' && $this->_form->elementExists($name)) {
                $this->_form->setElementError($name, s($finding->worded('sentence')));
            }
        }
    }

    /**
     * Who uses the activity, and who teaches.
     */
    private function people(): void {
        $mform = $this->_form;
        $mform->addElement('header', 'people', get_string('lti_people', 'mod_lticontainer'));
        foreach (['users', 'teachers'] as $name) {
            $mform->addElement('text', $name, get_string("lti_$name", 'mod_lticontainer'), ['size' => 60]);
            $mform->setType($name, PARAM_RAW_TRIMMED);
            $mform->addHelpButton($name, "lti_$name", 'mod_lticontainer');
        }
    }

    /**
     * Image, limits and start page.
     */
    private function container(): void {
        $mform = $this->_form;
        $mform->addElement('header', 'container', get_string('lti_container', 'mod_lticontainer'));
        $mform->setExpanded('container');
        $this->choice('image', ['' => get_string('lti_image_default', 'mod_lticontainer')]);
        foreach (['cpulimit', 'memlimit', 'actlimit', 'defurl'] as $name) {
            $options = ['' => get_string('lti_unset', 'mod_lticontainer')];
            foreach ($this->_customdata['choices']?->rows($name) ?? [] as $choice) {
                $options[$choice->text('value')] = $choice->worded('label');
            }
            $this->choice($name, $options);
        }
    }

    /**
     * Adds a choice. What is stored, or was chosen before, is offered in any case.
     *
     * @param string $name Name of the element.
     * @param string[] $options Labels by value, in plain text.
     */
    private function choice(string $name, array $options): void {
        $mform = $this->_form;
        foreach ([$this->_customdata['stored'][$name] ?? '', $this->optional_param($name, '', PARAM_RAW)] as $value) {
            $options += [$value => $value];
        }
        $mform->addElement('select', $name, get_string("lti_$name", 'mod_lticontainer'), array_map('s', $options));
        $mform->setType($name, PARAM_RAW);
    }

    /**
     * Volumes: those that there are, and room for one more.
     */
    private function volumes(): void {
        $mform = $this->_form;
        $mform->addElement('header', 'volumes', get_string('lti_volumes', 'mod_lticontainer'));
        $mform->setExpanded('volumes');
        $mform->addElement('static', 'volumehelp', '', get_string('lti_volumes_help', 'mod_lticontainer'));
        $text = array_fill_keys(['volume[role]', 'volume[name]', 'volume[link]', 'volume[users]'], ['type' => PARAM_RAW_TRIMMED]);
        $this->repeat_elements(
            [$this->volume(), $this->close()],
            $this->_customdata['volumes'] + 1,
            $text,
            'volume_count',
            'volume_add',
            1,
            get_string('lti_volume_add', 'mod_lticontainer'),
            true
        );
        for ($number = 0; $mform->elementExists("close[$number]"); $number++) {
            $mform->hideIf("close[$number]", "volume[$number][role]", 'neq', 'submit');
        }
    }

    /**
     * Returns the elements of a volume.
     *
     * @return \HTML_QuickForm_group
     */
    private function volume(): \HTML_QuickForm_group {
        $mform = $this->_form;
        $roles = [];
        foreach (self::ROLES as $role) {
            $roles[$role] = get_string("role_$role", 'mod_lticontainer');
        }
        $label = fn(string $name) => get_string("volume_$name", 'mod_lticontainer');
        $hint = fn(string $name, int $size) => ['size' => $size, 'placeholder' => $label($name), 'title' => $label($name)];
        return $mform->createElement('group', 'volume', get_string('lti_volume', 'mod_lticontainer'), [
            $mform->createElement('select', 'role', $label('role'), $roles),
            $mform->createElement('text', 'name', $label('name'), $hint('name', 14)),
            $mform->createElement('text', 'link', $label('link'), $hint('link', 14)),
            $mform->createElement('text', 'users', $label('users'), $hint('users', 20)),
        ], null, true);
    }

    /**
     * Returns the element for the closing time of a submit volume.
     *
     * @return \HTML_QuickForm_element
     */
    private function close(): \HTML_QuickForm_element {
        $label = get_string('volume_close', 'mod_lticontainer');
        return $this->_form->createElement('date_time_selector', 'close', $label, ['optional' => true]);
    }
}
